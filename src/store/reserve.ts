// A file that keeps some space of the store's disk free. It is released for what must succeed on a full disk: a
// suspension, and the undoing of a call that was refused.
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fdatasyncSync, rmSync, statSync, writeSync } from 'node:fs';
import { freeBelowReserve, reserveBytes } from './log-limits.ts';
import type { StateDirectory } from './state-directory.ts';

const FILE = 'reserve';
const MIB = 1_048_576;
const CHUNK = 64 * 1024;

/** The largest size of the file, in MiB. On a small disk it is smaller. */
const MOST = { machine: 32, sandbox: 1 };
/** How often a server looks whether there is space for it again. */
const INTERVAL_MS = 60_000;

export class Reserve {
  readonly #directory: StateDirectory;
  readonly #bytes: number;
  #users = 0;
  #wasReleased = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(directory: StateDirectory, isSandbox: boolean) {
    this.#directory = directory;
    this.#bytes = (isSandbox ? MOST.sandbox : MOST.machine) * MIB;
  }

  /** For a server: has a reserve from now on, which `first` may use. */
  async keep(first: () => Promise<unknown>): Promise<void> {
    this.#ensure();
    this.#timer = setInterval(() => this.#ensure(), INTERVAL_MS).unref();
    await this.use(first);
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

  /** Releases the space while `work` runs, if the disk is nearly full. What is left of it is kept again afterwards. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    if (freeBelowReserve(this.#directory.path) !== undefined && this.#size() > 0) {
      rmSync(this.#directory.file(FILE), { force: true });
      this.#wasReleased = true;
    }
    this.#users += 1;
    try {
      return await work();
    } finally {
      this.#users -= 1;
      if (this.#users === 0 && this.#wasReleased) {
        this.#wasReleased = false;
        this.#fill(this.#wanted());
      }
    }
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
