// Splits a dump into its statements, as MariaDB’s client does, but without any command of that client except DELIMITER.
// What looks like another command, such as `\! id`, becomes a statement that the server refuses.
import { MachineError } from '../../../../../core/machine-error.ts';

/** The longest delimiter, comment opening or escape that must be seen whole. */
const LOOKAHEAD = 32;
const MAX_DELIMITER_LINE = 256;

const [NEWLINE, SPACE, DOUBLE, HASH, SINGLE, STAR, DASH, SLASH, BACKSLASH, BACKTICK] = [
  ...[0x0a, 0x20, 0x22, 0x23, 0x27, 0x2a, 0x2d, 0x2f, 0x5c, 0x60],
] as const;

type Mode = 'plain' | 'quoted' | 'line comment' | 'comment';

export class DumpSplitter {
  /** False while sql_mode contains NO_BACKSLASH_ESCAPES. */
  hasEscapes = true;
  /** The bytes that were read, from `#from` to `#to`. */
  #memory: Buffer = Buffer.alloc(0);
  #from = 0;
  #to = 0;
  /** In the bytes that were read. */
  #at = 0;
  #mode: Mode = 'plain';
  #quote = 0;
  #delimiter: Buffer = Buffer.from(';');
  #stops = stopsFor(this.#delimiter);
  /** True if only spaces and comments have been read since the last statement. */
  #isFresh = true;
  readonly #maxBytes: number;

  /** @param maxBytes of one statement. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Where the next bytes are to be read to, at least `length`. Statements of before must not be used any more. */
  room(length: number): Buffer {
    const used = this.#to - this.#from;
    const needed = used + length;
    const memory =
      needed <= this.#memory.length
        ? this.#memory
        : Buffer.allocUnsafe(Math.max(needed, 2 * this.#memory.length));
    if (memory !== this.#memory || this.#from > 0) this.#memory.copy(memory, 0, this.#from, this.#to);
    this.#memory = memory;
    this.#from = 0;
    this.#to = used;
    return memory.subarray(used);
  }

  /** @param length of the bytes that were read to `room`. */
  added(length: number): void {
    this.#to += length;
  }

  /**
   * @param isLast no bytes follow.
   * @returns the next statement, without its delimiter. Undefined if it is not complete yet, or nothing is left.
   * @throws MachineError `failed` if the statement is too long, or the dump ends inside of one.
   */
  next(isLast: boolean): Buffer | undefined {
    const bytes = this.#memory.subarray(this.#from, this.#to);
    const end = isLast ? bytes.length : bytes.length - LOOKAHEAD;
    while (this.#at < end) {
      this.#skip(bytes, end);
      if (this.#at >= end) break;
      if (this.#mode !== 'plain') {
        this.#leave(bytes);
        continue;
      }
      if (this.#isDelimiter(bytes)) return this.#take(bytes, this.#delimiter.length);
      if (this.#isFresh && this.#isDelimiterCommand(bytes)) {
        if (!this.#readDelimiter(bytes, isLast)) break;
        return this.next(isLast);
      }
      this.#enter(bytes);
    }
    if (this.#at > this.#maxBytes) {
      throw new MachineError(
        'failed',
        `A statement is longer than ${this.#maxBytes} bytes, which is the server’s limit. Raise max_allowed_packet.`,
      );
    }
    return isLast ? this.#takeLast(bytes) : undefined;
  }

  #take(bytes: Buffer, delimiterLength: number): Buffer {
    const statement = bytes.subarray(0, this.#at);
    this.#from += this.#at + delimiterLength;
    this.#at = 0;
    this.#isFresh = true;
    return statement;
  }

  #takeLast(bytes: Buffer): Buffer | undefined {
    if (this.#mode === 'quoted' || this.#mode === 'comment') {
      throw new MachineError('failed', 'The file ends inside of a text or a comment, so it is not complete.');
    }
    this.#at = bytes.length;
    if (this.#isFresh) return undefined;
    return this.#take(bytes, 0);
  }

  /** Goes on to the next byte that can have a meaning. Nearly all bytes of a dump have none. */
  #skip(bytes: Buffer, end: number): void {
    let at = this.#at;
    if (this.#mode === 'quoted') {
      const quote = this.#quote;
      const escape = this.hasEscapes && quote !== BACKTICK ? BACKSLASH : quote;
      for (; at < end; at++) {
        const byte = bytes[at];
        if (byte === quote || byte === escape) break;
      }
    } else if (this.#mode === 'comment') {
      while (at < end && bytes[at] !== STAR) at++;
    } else if (this.#mode === 'line comment') {
      while (at < end && bytes[at] !== NEWLINE) at++;
    } else if (!this.#isFresh) {
      const stops = this.#stops;
      while (at < end && stops[bytes[at] ?? 0] === 0) at++;
    }
    this.#at = at;
  }

  /** Reads one character inside quotes or a comment. */
  #leave(bytes: Buffer): void {
    const byte = bytes[this.#at];
    const next = bytes[this.#at + 1];
    if (this.#mode === 'quoted') {
      if (byte === BACKSLASH && this.hasEscapes && this.#quote !== BACKTICK) this.#at += 2;
      else if (byte === this.#quote) {
        if (next === this.#quote) this.#at += 2;
        else {
          this.#at += 1;
          this.#mode = 'plain';
        }
      } else this.#at += 1;
      return;
    }
    const isEnd = this.#mode === 'comment' ? byte === STAR && next === SLASH : byte === NEWLINE;
    this.#at += isEnd && this.#mode === 'comment' ? 2 : 1;
    if (isEnd) this.#mode = 'plain';
  }

  /** Reads one character outside of quotes and comments. */
  #enter(bytes: Buffer): void {
    const at = this.#at;
    const byte = bytes[at] ?? 0;
    const next = bytes[at + 1] ?? NEWLINE;
    if (byte === SINGLE || byte === DOUBLE || byte === BACKTICK) {
      this.#mode = 'quoted';
      this.#quote = byte;
      this.#isFresh = false;
      this.#at += 1;
    } else if (byte === HASH || (byte === DASH && next === DASH && (bytes[at + 2] ?? NEWLINE) <= SPACE)) {
      this.#mode = 'line comment';
      this.#at += 1;
    } else if (byte === SLASH && next === STAR) {
      // What is in `/*! */` and `/*M! */` is executed.
      const marks = bytes.toString('latin1', at + 2, at + 4);
      const isExecuted = marks.startsWith('!') || marks === 'M!';
      this.#at += 2;
      if (isExecuted) this.#isFresh = false;
      else this.#mode = 'comment';
    } else {
      if (byte > SPACE) this.#isFresh = false;
      this.#at += 1;
    }
  }

  #isDelimiter(bytes: Buffer): boolean {
    const delimiter = this.#delimiter;
    if (bytes[this.#at] !== delimiter[0]) return false;
    return delimiter.length === 1 || bytes.subarray(this.#at, this.#at + delimiter.length).equals(delimiter);
  }

  #isDelimiterCommand(bytes: Buffer): boolean {
    const byte = bytes[this.#at];
    if (byte !== 0x44 && byte !== 0x64) return false;
    return /^delimiter[ \t]/i.test(bytes.toString('latin1', this.#at, this.#at + 10));
  }

  /** @returns false if the line is not complete yet. */
  #readDelimiter(bytes: Buffer, isLast: boolean): boolean {
    const line = bytes.subarray(this.#at, this.#at + MAX_DELIMITER_LINE);
    const length = line.indexOf(NEWLINE);
    if (length < 0 && !isLast && line.length < MAX_DELIMITER_LINE) return false;
    const rest = line.subarray(10, length < 0 ? undefined : length).toString('latin1');
    const [delimiter = ''] = rest.trim().split(/\s/, 1);
    if (delimiter === '' || delimiter.length > 16 || /[\\'"`]/.test(delimiter)) {
      throw new MachineError('failed', 'The dump sets a delimiter that cannot be used.');
    }
    this.#delimiter = Buffer.from(delimiter, 'latin1');
    this.#stops = stopsFor(this.#delimiter);
    this.#from += this.#at + (length < 0 ? line.length : length + 1);
    this.#at = 0;
    return true;
  }
}

/** The bytes that can have a meaning inside of a statement: 1. All others: 0. */
function stopsFor(delimiter: Buffer): Uint8Array {
  const stops = new Uint8Array(256);
  for (const byte of [SINGLE, DOUBLE, BACKTICK, HASH, DASH, SLASH]) stops[byte] = 1;
  stops.set([1], delimiter[0]);
  return stops;
}
