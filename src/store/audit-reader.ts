// Reads the audit log with its rotated files, oldest first, while servers and commands write to it.
import { closeSync, constants, fstatSync, readdirSync, readSync, statSync } from 'node:fs';
import type { AuditRecord } from '../core/audit.ts';
import type { StateDirectory } from './state-directory.ts';
import { unavailable } from './unavailable.ts';

/** A record as the log stores it: `time` is ISO 8601, UTC. */
export type StoredAuditRecord = Omit<AuditRecord, 'time'> & { readonly time: string };

const AUDIT = 'audit.log';
const CHUNK_BYTES = 65_536;
/** The program writes shorter lines. A longer line is damaged, and is not kept in memory. */
const MAX_LINE_BYTES = 1_048_576;
/** A process that opened a file before its rotation can still write to it for this long. */
const LINGER_MS = 10_000;
const NEWLINE = 0x0a;

interface OpenFile {
  readonly descriptor: number;
  readonly inode: number;
  position: number;
  /** The start of a line whose end has not been read. */
  parts: Buffer[];
  length: number;
  /** Set once a newer file exists: milliseconds since 1970-01-01. */
  rotatedAt?: number;
}

export class AuditReader {
  readonly #directory: StateDirectory;
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  /** Oldest first. */
  #files: OpenFile[] = [];
  /** Lines that could not be read as records. */
  skipped = 0;

  constructor(directory: StateDirectory) {
    this.#directory = directory;
  }

  /** Returns all records so far. Files last written before `since` (milliseconds since 1970-01-01) are not opened. */
  *history(since: number): Generator<StoredAuditRecord> {
    this.#files = this.#openNew(since);
    for (const file of [...this.#files]) {
      yield* this.#drain(file);
      const isLast = file === this.#files.at(-1);
      if (!isLast) this.#close(file);
    }
  }

  /** Returns the records that were written since `history` or the last call, even if the log was rotated meanwhile. */
  *next(now: number): Generator<StoredAuditRecord> {
    const fresh = this.#isRotated() ? this.#openNew(-Infinity) : [];
    if (fresh.length > 0) for (const file of this.#files) file.rotatedAt ??= now;
    this.#files.push(...fresh);
    for (const file of [...this.#files]) {
      yield* this.#drain(file);
      if (file.rotatedAt !== undefined && file.rotatedAt + LINGER_MS < now) this.#close(file);
    }
  }

  close(): void {
    for (const file of [...this.#files]) this.#close(file);
  }

  #isRotated(): boolean {
    const named = statSync(this.#directory.file(AUDIT), { throwIfNoEntry: false });
    return named !== undefined && named.ino !== this.#files.at(-1)?.inode;
  }

  /**
   * Opens the files, newest first, down to the first that is already open. If a rotation happens meanwhile, this order
   * finds a file twice and skips it. The opposite order would miss a file.
   */
  #openNew(since: number): OpenFile[] {
    const known = new Set(this.#files.map(({ inode }) => inode));
    const found: OpenFile[] = [];
    try {
      const oldest = Math.max(0, ...readdirSync(this.#directory.path).map(numberOf));
      for (let number = 0; number <= oldest + 1; number++) {
        const file = this.#open(number === 0 ? AUDIT : `${AUDIT}.${number}`, since);
        if (file === undefined) continue;
        const isKnown = known.has(file.inode);
        if (isKnown || found.some(({ inode }) => inode === file.inode)) closeSync(file.descriptor);
        else found.push(file);
        if (isKnown) break;
      }
    } catch (error) {
      for (const { descriptor } of found) closeSync(descriptor);
      throw unavailable(error, this.#directory.file(AUDIT));
    }
    return found.reverse();
  }

  #open(name: string, since: number): OpenFile | undefined {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    try {
      const isCurrent = name === AUDIT;
      if (!isCurrent && statSync(this.#directory.file(name)).mtimeMs < since) return undefined;
      const descriptor = this.#directory.open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      return { descriptor, inode: fstatSync(descriptor).ino, position: 0, parts: [], length: 0 };
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  #close(file: OpenFile): void {
    // The rest is the start of a line that no process will complete.
    if (file.length > 0) this.skipped++;
    closeSync(file.descriptor);
    this.#files = this.#files.filter((one) => one !== file);
  }

  *#drain(file: OpenFile): Generator<StoredAuditRecord> {
    const chunk = this.#chunk;
    for (;;) {
      const length = readSync(file.descriptor, chunk, 0, chunk.length, file.position);
      if (length === 0) return;
      file.position += length;
      let start = 0;
      // Split only at \n. node:readline also splits at U+2028, which can be inside a line.
      const lines: string[] = [];
      for (let end; (end = chunk.subarray(0, length).indexOf(NEWLINE, start)) >= 0; start = end + 1) {
        const line = completed(file, chunk.subarray(start, end));
        if (line === undefined) this.skipped++;
        else lines.push(line);
      }
      keep(file, chunk.subarray(start, length));
      for (const line of lines) {
        if (line === '') continue;
        const record = parse(line);
        if (record === undefined) this.skipped++;
        else yield record;
      }
    }
  }
}

/** Returns 0 if the name is not the name of a rotated file. */
function numberOf(name: string): number {
  return Number(/^audit\.log\.([1-9]\d{0,3})$/.exec(name)?.[1] ?? 0);
}

/** Returns undefined if the line is too long. */
function completed(file: OpenFile, rest: Buffer): string | undefined {
  const isTooLong = file.length + rest.length > MAX_LINE_BYTES;
  const text = isTooLong ? undefined : Buffer.concat([...file.parts, rest]).toString('utf8');
  file.parts = [];
  file.length = 0;
  return text;
}

function keep(file: OpenFile, rest: Buffer): void {
  if (rest.length === 0) return;
  file.length += rest.length;
  if (file.length > MAX_LINE_BYTES) file.parts = [];
  else file.parts.push(Buffer.from(rest));
}

function parse(line: string): StoredAuditRecord | undefined {
  let value: Partial<Record<keyof StoredAuditRecord, unknown>> | null;
  try {
    value = JSON.parse(line) as typeof value;
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { time, xid, caller, function: name, result } = value;
  const areTexts = [time, xid, caller, name].every((text) => typeof text === 'string');
  const { address, error_code: code, stage } = value;
  const mayLack = [address, code, stage].every((text) => text === undefined || typeof text === 'string');
  const isRecord =
    areTexts &&
    mayLack &&
    !Number.isNaN(Date.parse(time as string)) &&
    (result === 0 || result === 1) &&
    Array.isArray(value.arguments) &&
    value.arguments.every((pair) => Array.isArray(pair));
  return isRecord ? (value as StoredAuditRecord) : undefined;
}
