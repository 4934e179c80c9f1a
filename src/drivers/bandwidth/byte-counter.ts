// Adds up the bytes of log lines by name and day: `1764144000 5120 bob.example`. The inner loop is in `scanner/`.
import { compiled } from './scanner/compiled.ts';

const NEWLINE = 0x0a;
const LINE = /^(\d{10}) (\d{1,15}) ([a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)$/;
const MAX_NAME_LENGTH = 253;
const MAX_LINE_LENGTH = 10 + 1 + 15 + 1 + MAX_NAME_LENGTH;
/** The scanner reads a few bytes more than there are lines. */
const BEHIND = 64;
const PAGE = 65_536;
const NAME_SIZE = 256;

export interface CountedBytes {
  readonly name: string;
  /** As YYYYMMDD, by the server's time zone. */
  readonly day: number;
  readonly bytes: number;
}

/** `scanner/scanner.ts` has the comments. */
interface Scanner {
  readonly memory: WebAssembly.Memory;
  readonly names: WebAssembly.Global;
  readonly lines: WebAssembly.Global;
  readonly NAMES: WebAssembly.Global;
  readonly SUMS: WebAssembly.Global;
  readonly LINES: WebAssembly.Global;
  begin(start: bigint, end: bigint): void;
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
  /** The sums that the scanner has no longer, by day and name. */
  readonly #days = new Map<number, Map<string, number>>();

  /** @param size of each buffer, in bytes. */
  constructor(size: number) {
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
    this.#scanner = scanner;
    scanner.begin(0n, 0n);
  }

  /** The number of lines that were added. */
  get lines(): number {
    return this.#scanner.lines.value + this.#linesOfOthers;
  }

  /** The number of sums. */
  get size(): number {
    return [...this.#days.values()].reduce((sum, { size }) => sum + size, this.#scanner.names.value);
  }

  /** @param buffer one of `buffers`, with whole lines in the first `length` bytes: the last of them is a newline. */
  add(buffer: Buffer, length: number): void {
    const end = buffer.byteOffset + length;
    let at = buffer.byteOffset;
    while (at < end) {
      at = this.#scanner.add(at, end);
      if (at < end) at = this.#addOther(at);
    }
  }

  /** Returns the sums, and begins again with none. */
  take(): CountedBytes[] {
    this.#collect();
    const found: CountedBytes[] = [];
    for (const [day, sums] of this.#days) {
      for (const [name, bytes] of sums) if (bytes > 0) found.push({ name, day, bytes });
    }
    this.#days.clear();
    this.#scanner.begin(0n, 0n);
    return found;
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
    // In a time zone with seconds, as they were long ago, a day may begin within the scanner's hundred seconds.
    this.#addTo(day, name, Number(bytes));
    this.#linesOfOthers += 1;
    return end;
  }

  /** Takes the sums of the scanner over. */
  #collect(): void {
    const { memory, names, NAMES, SUMS } = this.#scanner;
    const sums = new BigUint64Array(memory.buffer, SUMS.value, names.value + 1);
    for (let number = 1; number <= names.value; number++) {
      const start = NAMES.value + NAME_SIZE * number;
      const name = this.#memory.toString('latin1', start, this.#memory.indexOf(0, start));
      this.#addTo(this.#day, name, Number(sums[number]));
    }
  }

  #addTo(day: number, name: string, bytes: number): void {
    const sums = this.#days.get(day) ?? new Map<string, number>();
    this.#days.set(day, sums.set(name, (sums.get(name) ?? 0) + bytes));
  }
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
