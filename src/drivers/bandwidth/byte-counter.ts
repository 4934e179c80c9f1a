// Adds up the bytes of log lines by name and day: `1764144000 5120 bob.example`. The inner loop is in `scanner/`.
import { randomBytes } from 'node:crypto';
import { addSums, listOf, NO_SUMS, sizeOf, withRoom, type ByteSums, type CountedBytes } from './byte-sums.ts';
import { compiled } from './scanner/compiled.ts';

export const NEWLINE = 0x0a;
const LINE = /^(\d{10}) (\d{1,15}) ([a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)$/;
const MAX_NAME_LENGTH = 253;
const MAX_LINE_LENGTH = 10 + 1 + 15 + 1 + MAX_NAME_LENGTH;
/** The scanner reads a few bytes more than there are lines. */
const BEHIND = 64;
const PAGE = 65_536;
const NAME_SIZE = 256;

export interface CountedLines {
  readonly lines: number;
  readonly skipped: number;
  readonly sums: ByteSums;
}

/** `scanner/scanner.ts` has the comments. */
interface Scanner {
  readonly memory: WebAssembly.Memory;
  readonly names: WebAssembly.Global;
  readonly lines: WebAssembly.Global;
  readonly SECRET: WebAssembly.Global;
  readonly NAMES: WebAssembly.Global;
  readonly SUMS: WebAssembly.Global;
  readonly LINES: WebAssembly.Global;
  forget(): void;
  begin(start: bigint, end: bigint): void;
  collect(): void;
  add(start: number, end: number): number;
}

export class ByteCounter {
  /** Lines that are not of the format, or whose name is not a domain name. */
  skipped = 0;
  /** Lines are read into these, and then added. Their content survives until they are read into again. */
  readonly buffers: readonly [Buffer, Buffer];
  readonly #scanner: Scanner;
  readonly #memory: Buffer;
  /** The day of the scanner's sums, as YYYYMMDD. */
  #day = 0;
  #linesOfOthers = 0;
  /** By day: sums of the scanner's names that were taken from it. Its name with the number 1 is at the position 0. */
  #days = new Map<number, Float64Array>();
  /** The sums of names that the scanner has forgotten, and of names that it never had. */
  #sums = NO_SUMS;

  /** @param size of each buffer, in bytes. @param secret the hash of a name depends on it. */
  constructor(size: number, secret = newSecret()) {
    const scanner = new WebAssembly.Instance(scannerModule()).exports as Scanner;
    const { memory, LINES } = scanner;
    const positions = [LINES.value, LINES.value + size + BEHIND] as const;
    const missing = positions[1] + size + BEHIND - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    this.buffers = [
      Buffer.from(memory.buffer, positions[0], size),
      Buffer.from(memory.buffer, positions[1], size),
    ];
    this.#memory = Buffer.from(memory.buffer);
    this.#memory.set(secret, scanner.SECRET.value);
    this.#scanner = scanner;
    scanner.forget();
    scanner.begin(0n, 0n);
  }

  /** The number of lines that were added. */
  get lines(): number {
    return this.#scanner.lines.value + this.#linesOfOthers;
  }

  /** The number of sums, or a few more. */
  get size(): number {
    return sizeOf(this.#sums) + (this.#days.size + 1) * this.#scanner.names.value;
  }

  /**
   * @param buffer one of `buffers`, or a part of one, with whole lines in the first `length` bytes: the last of them is a
   * newline.
   */
  add(buffer: Buffer, length: number): void {
    const end = buffer.byteOffset + length;
    let at = buffer.byteOffset;
    while (at < end) {
      at = this.#scanner.add(at, end);
      if (at < end) at = this.#addOther(at);
    }
  }

  /** Adds what a thread has counted. */
  addCounted({ lines, skipped, sums }: CountedLines): void {
    this.#linesOfOthers += lines;
    this.skipped += skipped;
    this.#sums = addSums(this.#sums, sums);
  }

  /** Returns the sums, and begins again with none. */
  takeSums(): ByteSums {
    this.#forget();
    this.#scanner.begin(0n, 0n);
    const sums = this.#sums;
    this.#sums = NO_SUMS;
    return sums;
  }

  /** The same as a list. @param domainOf returns the domain of a name. */
  take(domainOf: (name: string) => string): CountedBytes[] {
    return listOf(this.takeSums(), domainOf);
  }

  /** Adds a line that the scanner cannot add. @returns the position behind it. */
  #addOther(at: number): number {
    const end = this.#memory.indexOf(NEWLINE, at) + 1;
    const text = end - at > MAX_LINE_LENGTH + 1 ? '' : this.#memory.toString('latin1', at, end - 1);
    const [, time = '', bytes, name = ''] = LINE.exec(text) ?? [];
    if (bytes === undefined || name.length > MAX_NAME_LENGTH) {
      this.skipped += 1;
      return end;
    }
    // It is of another day, or the scanner has too many names.
    const { day, start, next } = dayAt(Number(time));
    this.#collect();
    this.#scanner.begin(BigInt(start), BigInt(next));
    this.#day = day;
    if (this.#scanner.add(at, end) === end) return end;
    this.#forget();
    if (this.#scanner.add(at, end) === end) return end;
    // In a time zone with seconds, as they were long ago, a day may begin within the scanner's hundred seconds.
    this.#sums = addSums(this.#sums, { names: [name], days: [[day, Float64Array.of(Number(bytes))]] });
    this.#linesOfOthers += 1;
    return end;
  }

  /** Takes the sums of the scanner's day over. */
  #collect(): void {
    this.#scanner.collect();
    const { memory, names, SUMS } = this.#scanner;
    // The first one is nothing, because the first name has the number 1.
    const collected = new Float64Array(memory.buffer, SUMS.value + 8, names.value);
    if (collected.length === 0) return;
    const sums = withRoom(collected, 0);
    const before = this.#days.get(this.#day) ?? [];
    for (const [number, bytes] of before.entries()) sums[number] = (sums[number] ?? 0) + bytes;
    this.#days.set(this.#day, sums);
  }

  /** Takes the names of the scanner over, with their sums. It has none then. */
  #forget(): void {
    this.#collect();
    if (this.#days.size > 0) {
      const { names, NAMES } = this.#scanner;
      const start = NAMES.value + NAME_SIZE;
      // A whole text is taken much faster than one name at a time. Each name is behind a space, and before a newline and
      // zeros.
      const text = this.#memory.toString('latin1', start + 1, start + NAME_SIZE * names.value);
      this.#sums = addSums(this.#sums, { names: text.split(/\n\0+ ?/, names.value), days: [...this.#days] });
      this.#days.clear();
    }
    this.#scanner.forget();
  }
}

/** 40 bytes, as the scanner describes them. */
function newSecret(): Uint8Array {
  const secret = randomBytes(40);
  for (let lowest = 0; lowest <= 32; lowest += 2) secret[lowest] = (secret[lowest] ?? 0) | 1;
  return secret;
}

let loaded: WebAssembly.Module | undefined;

function scannerModule(): WebAssembly.Module {
  loaded ??= new WebAssembly.Module(Buffer.from(compiled, 'base64'));
  return loaded;
}

/**
 * Returns the day of a time by the server's time zone, as YYYYMMDD, and when it and the next one begin. All times are in
 * seconds since 1970-01-01.
 */
function dayAt(seconds: number): { day: number; start: number; next: number } {
  const date = new Date(seconds * 1000);
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
  return {
    day: year * 10_000 + (month + 1) * 100 + day,
    start: new Date(year, month, day).getTime() / 1000,
    next: new Date(year, month, day + 1).getTime() / 1000,
  };
}
