// Reads the audit log with its rotated and compressed files, oldest first, while servers and commands write to it.
import { closeSync, constants, createReadStream, fstatSync, readdirSync, readSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { AuditRecord } from '../core/audit.ts';
import { LINGER_MS } from './log-limits.ts';
import type { StateDirectory } from './state-directory.ts';
import { unavailable } from './unavailable.ts';

/** A record as the log stores it: `time` is ISO 8601, UTC. */
export type StoredAuditRecord = Omit<AuditRecord, 'time'> & { readonly time: string };

const AUDIT = 'audit.log';
const CHUNK_BYTES = 65_536;
/** The program writes shorter lines. A longer line is damaged, and is not kept in memory. */
const MAX_LINE_BYTES = 1_048_576;
const NEWLINE = 0x0a;

interface OpenFile {
  readonly descriptor: number;
  readonly inode: number;
  readonly isCompressed: boolean;
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

  /**
   * Returns all records so far, in pieces. Files last written before `since` (milliseconds since 1970-01-01) are not
   * opened.
   */
  async *history(since: number): AsyncGenerator<readonly StoredAuditRecord[]> {
    this.#files = this.#openNew(since);
    for (const file of [...this.#files]) {
      yield* this.#drain(file);
      const isLast = file === this.#files.at(-1);
      if (!isLast) this.#close(file);
    }
  }

  /** Returns the records that were written since `history` or the last call, even if the log was rotated meanwhile. */
  async *next(now: number): AsyncGenerator<readonly StoredAuditRecord[]> {
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
    const times = new Set(this.#files.map(timeOf));
    const found: OpenFile[] = [];
    try {
      const oldest = Math.max(0, ...readdirSync(this.#directory.path).map(numberOf));
      for (let number = 0; number <= oldest + 1; number++) {
        const name = number === 0 ? AUDIT : `${AUDIT}.${number}`;
        // The source is removed after its compressed form is there.
        const file = this.#open(name, since) ?? (number > 0 ? this.#open(`${name}.gz`, since) : undefined);
        if (file === undefined) continue;
        const isKnown = known.has(file.inode) || (file.isCompressed && times.has(timeOf(file)));
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
      const isCompressed = name.endsWith('.gz');
      return {
        descriptor,
        inode: fstatSync(descriptor).ino,
        isCompressed,
        position: 0,
        parts: [],
        length: 0,
      };
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

  async *#drain(file: OpenFile): AsyncGenerator<readonly StoredAuditRecord[]> {
    if (file.isCompressed) {
      yield* this.#drainCompressed(file);
      return;
    }
    const chunk = this.#chunk;
    for (;;) {
      const length = readSync(file.descriptor, chunk, 0, chunk.length, file.position);
      if (length === 0) return;
      file.position += length;
      yield this.#recordsIn(file, chunk.subarray(0, length));
    }
  }

  async *#drainCompressed(file: OpenFile): AsyncGenerator<readonly StoredAuditRecord[]> {
    // A descriptor of its own, because a stream that is destroyed closes its descriptor.
    const source = createReadStream(`/proc/self/fd/${file.descriptor}`);
    const bytes = pipeline(source, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined);
    try {
      for await (const piece of bytes) yield this.#recordsIn(file, piece as Buffer);
    } catch (error) {
      const { code } = error as { code?: string };
      // What can be read of a damaged file is shown.
      if (code?.startsWith('Z_') !== true) throw unavailable(error, this.#directory.file(AUDIT));
      this.skipped++;
    }
  }

  #recordsIn(file: OpenFile, chunk: Buffer): StoredAuditRecord[] {
    let start = 0;
    // Split only at \n. node:readline also splits at U+2028, which can be inside a line.
    const records: StoredAuditRecord[] = [];
    for (let end; (end = chunk.indexOf(NEWLINE, start)) >= 0; start = end + 1) {
      const line = completed(file, chunk.subarray(start, end));
      if (line === '') continue;
      const record = line === undefined ? undefined : parse(line);
      if (record === undefined) this.skipped++;
      else records.push(record);
    }
    keep(file, chunk.subarray(start));
    return records;
  }
}

/** When the file was last written to, in seconds. A compressed file has the time of its source. */
function timeOf({ descriptor }: OpenFile): number {
  return Math.ceil(fstatSync(descriptor).mtimeMs / 1000);
}

/** Returns 0 if the name is not the name of a rotated file. */
function numberOf(name: string): number {
  return Number(/^audit\.log\.([1-9]\d{0,3})(?:\.gz)?$/.exec(name)?.[1] ?? 0);
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
  const { address, error_code: code, stage, since } = value;
  const mayLack = [address, code, stage, since].every(
    (text) => text === undefined || typeof text === 'string',
  );
  const isRecord =
    areTexts &&
    mayLack &&
    !Number.isNaN(Date.parse(time as string)) &&
    (value.calls === undefined || typeof value.calls === 'number') &&
    (result === 0 || result === 1) &&
    Array.isArray(value.arguments) &&
    value.arguments.every((pair) => Array.isArray(pair));
  return isRecord ? (value as StoredAuditRecord) : undefined;
}
