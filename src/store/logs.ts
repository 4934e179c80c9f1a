// The two logs in the state directory, one JSON object a line: what was called, and what went wrong unexpectedly.
import { closeSync, constants, fdatasyncSync, fstatSync, readSync, statSync, writeSync } from 'node:fs';
import type { AuditMoment, AuditRecord } from '../core/audit.ts';
import { auditLine, auditLineAgain, toJsonLine } from './audit-line.ts';
import type { StateDirectory } from './state-directory.ts';
import { unavailable } from './unavailable.ts';

const AUDIT = 'audit.log';
const ERRORS = 'error.log';

/** The audit log. It is opened once, and anew where somebody has moved the file away or opened it to others. */
export class AuditLog {
  readonly #directory: StateDirectory;
  readonly #gathers: boolean;
  #descriptor: number | undefined;
  #gathered: string[] = [];
  #written: Promise<void> | undefined;

  /**
   * With `gathers`, lines that need not be durable are written together once in a turn of the event loop. For a server,
   * which has many calls in a turn.
   */
  constructor(directory: StateDirectory, { gathers }: { readonly gathers: boolean }) {
    this.#directory = directory;
    this.#gathers = gathers;
  }

  /** Once the line is written, and on the disk where it has to be `durable`. @throws ApiError `store_unavailable`. */
  async append(record: AuditRecord, durable: boolean): Promise<void> {
    // A durable one by itself: where it fails, the lines of other calls have not failed with it.
    if (durable || !this.#gathers) this.#write([auditLine(record)], durable);
    else await this.#gather(auditLine(record));
  }

  /** Gathers the line of a call that was made again: as `record`, at another moment. */
  appendAgain(record: AuditRecord, moment: AuditMoment): Promise<void> {
    return this.#gather(auditLineAgain(record, moment));
  }

  /** One promise for all lines that are written together. */
  #gather(line: string): Promise<void> {
    this.#gathered.push(line);
    return (this.#written ??= new Promise<void>((resume) => setImmediate(resume)).then(() => {
      this.#written = undefined;
      const lines = this.#gathered;
      this.#gathered = [];
      this.#write(lines, false);
    }));
  }

  #write(lines: readonly string[], durable: boolean): void {
    try {
      appendLines(this.#open(), lines, durable);
    } catch (error) {
      throw unavailable(error, this.#directory.file(AUDIT));
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #open(): number {
    if (this.#descriptor !== undefined) {
      const named = statSync(this.#directory.file(AUDIT), { throwIfNoEntry: false });
      const held = fstatSync(this.#descriptor);
      const isStillOurs = named?.ino === held.ino && named.dev === held.dev && (held.mode & 0o077) === 0;
      if (isStillOurs) return this.#descriptor;
      this.close();
    }
    return (this.#descriptor = openLog(this.#directory, AUDIT));
  }
}

/** Keeps an unexpected error's text and stack; returns a sentence that says where. */
export function logUnexpected(
  directory: StateDirectory,
  entry: { readonly time: number; readonly xid: string; readonly function: string; readonly error: unknown },
): string {
  const { error } = entry;
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  try {
    append(directory, ERRORS, { ...entry, time: new Date(entry.time).toISOString(), error: details }, false);
    return `Its details stand in “${directory.file(ERRORS)}” under that id.`;
  } catch {
    return `Its details could not be written to “${directory.file(ERRORS)}”.`;
  }
}

function append(directory: StateDirectory, name: string, entry: object, durable: boolean): void {
  const descriptor = openLog(directory, name);
  try {
    appendLines(descriptor, [toJsonLine(entry)], durable);
  } finally {
    closeSync(descriptor);
  }
}

function openLog(directory: StateDirectory, name: string): number {
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
  return directory.open(name, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW);
}

function appendLines(descriptor: number, lines: readonly string[], durable: boolean): void {
  // One write of whole lines: with O_APPEND, lines of several processes never mix.
  const text = lines.map((line) => `${line}\n`).join('');
  const bytes = Buffer.from(`${endsInsideLine(descriptor) ? '\n' : ''}${text}`);
  if (writeSync(descriptor, bytes) < bytes.length) {
    throw Object.assign(new Error('A line was cut short.'), { code: 'ENOSPC' });
  }
  if (durable) fdatasyncSync(descriptor);
}

/** True when a full disk cut the last line short: the next one must not be glued to it. */
function endsInsideLine(descriptor: number): boolean {
  const { size } = fstatSync(descriptor);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
}
