// Space on the store's disk for what must succeed on a full one: a suspension, and the undoing of a call that was
// refused. A part belongs to the files of the store, beyond their ends, so that nobody else can get it. The rest is a
// file that is released, for the files of daemons.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fdatasyncSync, rmSync, statSync, writeSync } from 'node:fs';
import { freeBelowReserve, reserveBytes } from './log-limits.ts';
import { AUDIT } from './logs.ts';
import { STORE_FILE, type StateDirectory } from './state-directory.ts';

const FILE = 'reserve';
const MIB = 1_048_576;
const CHUNK = 64 * 1024;

/** The largest size of the file, in MiB. On a small disk it is smaller. */
const MOST = { machine: 32, sandbox: 1 };
/**
 * The files that have space of their own, and how much: this part of the reserve. SQLite overwrites its write-ahead log
 * from the start once it is copied, and the database itself need not grow for that to succeed. The file's size stays as it
 * is, so that neither SQLite nor a power cut sees a difference.
 */
const OWN_SHARES = { [`${STORE_FILE}-wal`]: 1 / 4, [STORE_FILE]: 1 / 16, [AUDIT]: 1 / 16 };
const BLOCK = 512;
/** How often a server looks whether there is space for it again. */
const INTERVAL_MS = 60_000;

export class Reserve {
  readonly #directory: StateDirectory;
  readonly #bytes: number;
  readonly #copyLog: () => Promise<void>;
  #users = 0;
  #wasReleased = false;
  #timer: NodeJS.Timeout | undefined;
  #claiming: Promise<unknown> | undefined;

  constructor(
    directory: StateDirectory,
    { isSandbox, copyLog }: { readonly isSandbox: boolean; readonly copyLog: () => Promise<void> },
  ) {
    this.#directory = directory;
    this.#bytes = (isSandbox ? MOST.sandbox : MOST.machine) * MIB;
    this.#copyLog = copyLog;
  }

  /** For a server: has a reserve from now on, which `first` may use. */
  async keep(first?: () => Promise<unknown>): Promise<void> {
    this.#ensure();
    this.#timer = setInterval(() => {
      this.#ensure();
      void this.#claim();
      if (freeBelowReserve(this.#directory.path) !== undefined) void this.#copyLog();
    }, INTERVAL_MS).unref();
    if (first !== undefined) await this.use(first);
    await this.#claim();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Creates the file if the disk has enough space. */
  #ensure(): void {
    const { path } = this.#directory;
    const wanted = this.#wanted();
    if (this.#users > 0 || this.#size() >= wanted) return;
    if (freeBelowReserve(path, wanted) === undefined) this.#fill(wanted);
  }

  /**
   * Releases the space while `work` runs, if the disk is nearly full. What is left of it is kept again afterwards.
   * @param isLate leaves the release to `release`.
   */
  async use<T>(work: () => Promise<T>, isLate = false): Promise<T> {
    this.#users += 1;
    if (!isLate) this.release();
    try {
      if (!isLate && freeBelowReserve(this.#directory.path) !== undefined) await this.#copyLog();
      return await work();
    } finally {
      this.#users -= 1;
      if (this.#users === 0 && this.#wasReleased) {
        this.#wasReleased = false;
        this.#fill(this.#wanted());
      }
    }
  }

  /** Gives the files of the store blocks beyond their ends. Some file systems cannot. */
  #claim(): Promise<unknown> {
    const one = async ([file, share]: readonly [string, number]) => {
      const path = this.#directory.file(file);
      const found = statSync(path, { throwIfNoEntry: false });
      const bytes = Math.floor(this.#wanted() * share);
      if (found === undefined || found.blocks * BLOCK - found.size > bytes / 2) return;
      const place = ['--offset', String(found.size), '--length', String(bytes)];
      // A process of its own, because closing a file in this one would end SQLite's locks.
      await new Promise((done) => execFile('fallocate', ['--keep-size', ...place, '--', path], done));
    };
    this.#claiming ??= Promise.all(Object.entries(OWN_SHARES).map(one)).finally(() => {
      this.#claiming = undefined;
    });
    return this.#claiming;
  }

  /** While `use` runs something. */
  release(): void {
    if (this.#users === 0 || freeBelowReserve(this.#directory.path) === undefined || this.#size() === 0)
      return;
    rmSync(this.#directory.file(FILE), { force: true });
    this.#wasReleased = true;
  }

  #wanted(): number {
    return Math.min(this.#bytes, reserveBytes(this.#directory.path));
  }

  #size(): number {
    return statSync(this.#directory.file(FILE), { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Fills the file as far as there is space. The bytes are random, because some file systems compress others. */
  #fill(bytes: number): void {
    const { O_WRONLY, O_CREAT, O_NOFOLLOW } = constants;
    let descriptor;
    try {
      descriptor = this.#directory.open(FILE, O_WRONLY | O_CREAT | O_NOFOLLOW);
      const chunk = randomBytes(CHUNK);
      for (let at = 0; at < bytes; at += CHUNK)
        writeSync(descriptor, chunk, 0, Math.min(CHUNK, bytes - at), at);
      fdatasyncSync(descriptor);
    } catch {
      // The disk is full: the file is as large as it could be.
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }
}
