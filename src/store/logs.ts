// The logs in the state directory, with one JSON object per line: the calls, the unexpected errors, and the script
// hooks.
import { closeSync, constants, fdatasyncSync, fstatSync, readSync, statSync, writeSync } from 'node:fs';
import type { AuditRecord } from '../core/audit.ts';
import type { HookRun } from '../core/hooks.ts';
import { auditLine, toJsonLine } from './audit-line.ts';
import type { LogLimits } from './log-limits.ts';
import type { StateDirectory } from './state-directory.ts';
import { unavailable } from './unavailable.ts';

export const AUDIT = 'audit.log';
const ERRORS = 'error.log';
const HOOKS = 'hooks.log';

/** Limits of the error log and the log of hooks: two files of 8 MiB, and the length of an error's details. */
const ERRORS_MAX_BYTES = 8 * 1_048_576;
const ERRORS_KEPT = 1;
const MAX_DETAILS_LENGTH = 16_384;
const HOUR_MS = 60 * 60_000;
/** The pause after a failed rotation. */
const RETRY_MS = 60_000;

interface AuditLogOptions {
  /**
   * True to collect the lines that need not be durable, and to write them together once in a turn of the event loop.
   * For a server, which handles many calls in a turn.
   */
  readonly gathers: boolean;
  readonly limits: LogLimits;
}

/** The audit log. It is opened once, and again if somebody has moved the file away or opened it to others. */
export class AuditLog {
  readonly #directory: StateDirectory;
  readonly #gathers: boolean;
  readonly #limits: LogLimits;
  readonly #path: string;
  /** The time of the latest line. */
  #now = 0;
  #nextAgeCheck = -Infinity;
  #nextRotation = -Infinity;
  #rotating: Promise<void> | undefined;
  #held: HeldLog | undefined;
  /** True while lines are written that the next `flush` must bring to the disk. */
  #isFlushDue = false;
  #gathered: string[] = [];
  #written: Promise<void> | undefined;
  /** Lines of changes, until the commit writes them together. */
  #pending: string[] = [];

  constructor(directory: StateDirectory, { gathers, limits }: AuditLogOptions) {
    this.#directory = directory;
    this.#gathers = gathers;
    this.#limits = limits;
    this.#path = directory.file(AUDIT);
  }

  /**
   * Returns when the line is written; if it must be `durable`, when it is on the disk.
   * @throws ApiError `store_unavailable`.
   */
  async append(record: AuditRecord, durable: boolean): Promise<void> {
    this.#now = record.time;
    // A durable line is written separately, so that its failure does not affect the lines of other calls.
    if (durable || !this.#gathers) this.#write([auditLine(record)], durable);
    else await this.#gather(auditLine(record));
    // A command ends after its call, and would leave the rotation to the next command.
    if (!this.#gathers) await this.#rotating;
  }

  /**
   * Takes the line of a change, in a transaction that calls `flush` before its commit. All lines of the changes that
   * share the commit are written together, and flushed together if one of them must be durable.
   */
  appendBeforeCommit(record: AuditRecord, durable: boolean): void {
    this.#now = record.time;
    this.#pending.push(auditLine(record));
    if (durable) this.#isFlushDue = true;
  }

  /**
   * Returns when the lines of `appendBeforeCommit` are written, and on the disk. If that fails, the lines are
   * discarded: their changes are rolled back, and bring a line again if they are repeated.
   * @throws ApiError `store_unavailable`.
   */
  async flush(): Promise<void> {
    if (this.#pending.length > 0) {
      try {
        this.#write([], false);
      } finally {
        this.#pending = [];
      }
      if (!this.#gathers) await this.#rotating;
    }
    if (!this.#isFlushDue) return;
    try {
      if (this.#held !== undefined) fdatasyncSync(this.#held.descriptor);
    } catch (error) {
      throw unavailable(error, this.#path);
    }
    this.#isFlushDue = false;
  }

  /** Forgets the lines of `appendBeforeCommit` that are not written: their changes were rolled back. */
  discard(): void {
    this.#pending = [];
  }

  /** Returns one promise for all lines that are written together. */
  #gather(line: string): Promise<void> {
    this.#gathered.push(line);
    return (this.#written ??= new Promise<void>((resume) => setImmediate(resume)).then(() => {
      this.#written = undefined;
      const lines = this.#gathered;
      this.#gathered = [];
      this.#write(lines, false);
    }));
  }

  /** Writes lines behind the pending ones, which are earlier. If it fails, those stay pending. */
  #write(lines: readonly string[], durable: boolean): void {
    let held;
    try {
      held = this.#open();
      appendLines(held, [...this.#pending, ...lines], durable);
    } catch (error) {
      throw unavailable(error, this.#path);
    }
    this.#pending = [];
    const now = this.#now;
    if (this.#isDue(held, now)) {
      this.#nextRotation = now + RETRY_MS;
      this.#rotating ??= this.#rotate(held.ino);
    }
  }

  #isDue({ descriptor, size }: HeldLog, now: number): boolean {
    if (this.#rotating !== undefined || now < this.#nextRotation) return false;
    if (size >= this.#limits.maxBytes) return true;
    if (now < this.#nextAgeCheck) return false;
    this.#nextAgeCheck = now + HOUR_MS;
    return timeOfFirstLine(descriptor) + this.#limits.maxAgeMs <= now;
  }

  /** The lines are already written, so a failed rotation is only tried again later. */
  async #rotate(inode: number): Promise<void> {
    try {
      const { compressOld, rotate } = await import('./rotate.ts');
      rotate(this.#directory, AUDIT, inode, this.#limits.keep);
      await compressOld(this.#directory, AUDIT, this.#now);
      this.#nextRotation = -Infinity;
    } catch {
      // For example, the file system became read-only. The next call reports this in its own response.
    } finally {
      this.#rotating = undefined;
    }
  }

  close(): void {
    if (this.#held !== undefined) closeSync(this.#held.descriptor);
    this.#held = undefined;
  }

  /** Looks at the file only once: its size, and whether it is still the open one. */
  #open(): HeldLog {
    const held = this.#held;
    if (held !== undefined) {
      const named = statSync(this.#path, { throwIfNoEntry: false });
      const isStillOurs = named?.ino === held.ino && named.dev === held.dev && (named.mode & 0o077) === 0;
      if (isStillOurs) {
        held.size = named.size;
        return held;
      }
      if (this.#isFlushDue) fdatasyncSync(held.descriptor);
      this.close();
    }
    return (this.#held = heldLog(openLog(this.#directory, AUDIT)));
  }
}

/** Writes the text and stack of an unexpected error. Returns a sentence that says where they are. */
export function logUnexpected(
  directory: StateDirectory,
  entry: { readonly time: number; readonly xid: string; readonly function: string; readonly error: unknown },
): string {
  const { error } = entry;
  const whole = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const details =
    whole.length > MAX_DETAILS_LENGTH ? `${whole.slice(0, MAX_DETAILS_LENGTH).toWellFormed()}…` : whole;
  try {
    append(directory, ERRORS, { ...entry, time: new Date(entry.time).toISOString(), error: details }, false);
    return `The details are in “${directory.file(ERRORS)}” under that ID.`;
  } catch {
    return `Its details could not be written to “${directory.file(ERRORS)}”.`;
  }
}

/** Writes a line about a script hook. A full disk must not make a call fail that needs no space itself. */
export function logHook(directory: StateDirectory, run: HookRun): void {
  try {
    append(directory, HOOKS, { ...run, time: new Date(run.time).toISOString() }, false);
  } catch {
    // The call reports what the script refused, and whether it failed.
  }
}

function append(directory: StateDirectory, name: string, entry: object, durable: boolean): void {
  const held = heldLog(openLog(directory, name));
  try {
    appendLines(held, [toJsonLine(entry)], durable);
    if (held.size >= ERRORS_MAX_BYTES) {
      void import('./rotate.ts')
        .then(({ rotate }) => rotate(directory, name, held.ino, ERRORS_KEPT))
        .catch(() => undefined);
    }
  } finally {
    closeSync(held.descriptor);
  }
}

/** An open log. */
interface HeldLog {
  readonly descriptor: number;
  readonly dev: number;
  readonly ino: number;
  size: number;
  /** The size of the file after the last line of this process. */
  wholeUntil: number;
}

function heldLog(descriptor: number): HeldLog {
  const { dev, ino, size } = fstatSync(descriptor);
  return { descriptor, dev, ino, size, wholeUntil: 0 };
}

function openLog(directory: StateDirectory, name: string): number {
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
  return directory.open(name, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW);
}

/** Writes lines behind the end of the file, and remembers its new size. */
function appendLines(held: HeldLog, lines: readonly string[], durable: boolean): void {
  const { descriptor } = held;
  // Whole lines in one write: with O_APPEND, lines of several processes never mix.
  const text = lines.map((line) => `${line}\n`).join('');
  const bytes = Buffer.from(`${endsInsideLine(held) ? '\n' : ''}${text}`);
  if (writeSync(descriptor, bytes) < bytes.length) {
    throw Object.assign(new Error('A line was truncated.'), { code: 'ENOSPC' });
  }
  held.size += bytes.length;
  held.wholeUntil = held.size;
  if (durable) fdatasyncSync(descriptor);
}

/**
 * True if a full disk truncated the last line. The next line must then start with a line break. The file is not read if
 * nobody has written to it since the last line of this process.
 */
function endsInsideLine({ descriptor, size, wholeUntil }: HeldLog): boolean {
  if (size === 0 || size === wholeUntil) return false;
  const last = Buffer.alloc(1);
  return readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
}

/** Returns milliseconds since 1970-01-01; infinity if the first line contains no time. */
function timeOfFirstLine(descriptor: number): number {
  const start = Buffer.alloc(64);
  const length = readSync(descriptor, start, 0, start.length, 0);
  const time = Date.parse(/^\{"time":"([^"]{20,30})"/.exec(start.toString('utf8', 0, length))?.[1] ?? '');
  return Number.isNaN(time) ? Infinity : time;
}
