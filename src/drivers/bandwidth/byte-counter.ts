// Adds up the bytes of log lines by name and day: `bob.example 1764144000 5120`. This is the inner loop of the count, so
// it reads four bytes at once and creates no strings.

const SPACE = 0x20;
const NEWLINE = 0x0a;
const ZERO = 0x30;
const MAX_NAME_LENGTH = 253;
/** Digits of a number that is exact in a double. */
const MAX_DIGITS = 15;
const TIME_LENGTH = 10;
/** The last two digits of a time are not compared: a hundred seconds are within a day in each time zone of today. */
const WINDOW = 100;
const NAME = /^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/;

export interface CountedBytes {
  readonly name: string;
  /** As YYYYMMDD, by the server's time zone. */
  readonly day: number;
  readonly bytes: number;
}

/** Returns the day of a time, which is in seconds since 1970-01-01, as YYYYMMDD by the server's time zone. */
export function dayOf(seconds: number): number {
  const date = new Date(seconds * 1000);
  return date.getFullYear() * 10_000 + (date.getMonth() + 1) * 100 + date.getDate();
}

export class ByteCounter {
  /** Lines that are not of the format, or whose name is not a domain name. */
  skipped = 0;
  lines = 0;
  /** The bytes of all names, one after the other. */
  #texts = new Uint8Array(65_536);
  #textView = new DataView(this.#texts.buffer);
  #textsEnd = 0;
  /** By the number of a name: where its bytes begin. One more than there are names. */
  #starts = new Uint32Array(4096);
  #hashes = new Int32Array(4096);
  #names = 0;
  /** An open hash table: the number of a name plus one; 0 is free. Its size is a power of two. */
  #table = new Uint32Array(16_384);
  /** The sums of each day, by the number of a name. */
  readonly #days = new Map<number, Float64Array>();
  #sums: Float64Array = new Float64Array(0);
  /** The first eight digits of the latest time, and the day to which all times that begin with them belong. */
  #windowHigh = -1;
  #windowLow = -1;

  /** The number of different names. */
  get names(): number {
    return this.#names;
  }

  /** @param bytes whole lines: the byte before `end` is a newline. Behind `end`, there are at least four more bytes. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = start;
    while (at < end) {
      const lineStart = at;
      let hash = 0;
      // Four bytes at once, until one of them is a space or another control character.
      let word = view.getInt32(at, true);
      while (((word - 0x21212121) & ~word & 0x80808080) === 0) {
        hash = Math.imul(hash ^ word, 0x9e3779b1);
        hash ^= hash >>> 15;
        at += 4;
        word = view.getInt32(at, true);
      }
      let byte = bytes[at] ?? 0;
      while (byte > SPACE) {
        hash = Math.imul(hash ^ byte, 0x85ebca6b);
        at += 1;
        byte = bytes[at] ?? 0;
      }
      const nameEnd = at;
      at += 1;
      if (byte !== SPACE || nameEnd === lineStart || nameEnd - lineStart > MAX_NAME_LENGTH) {
        at = this.#skip(bytes, nameEnd, end);
        continue;
      }
      if (!this.#setDay(view, bytes, at, end)) {
        at = this.#skip(bytes, nameEnd, end);
        continue;
      }
      at += TIME_LENGTH + 1;
      let sent = 0;
      const digits = at;
      let digit = (bytes[at] ?? 0) - ZERO;
      while (digit >= 0 && digit <= 9) {
        sent = sent * 10 + digit;
        at += 1;
        digit = (bytes[at] ?? 0) - ZERO;
      }
      const length = at - digits;
      if (bytes[at] !== NEWLINE || length === 0 || length > MAX_DIGITS) {
        at = this.#skip(bytes, at, end);
        continue;
      }
      at += 1;
      const name = this.#find(view, lineStart, nameEnd, hash);
      if (name < 0) {
        this.skipped += 1;
        continue;
      }
      this.lines += 1;
      if (name >= this.#sums.length) this.#growSums();
      this.#sums[name] = (this.#sums[name] ?? 0) + sent;
    }
  }

  /** Returns the sums, and begins again with none. */
  take(): CountedBytes[] {
    const found: CountedBytes[] = [];
    const names: string[] = [];
    const texts = Buffer.from(this.#texts.buffer);
    for (let name = 0; name < this.#names; name++) {
      names.push(texts.toString('latin1', this.#starts[name], this.#starts[name + 1]));
    }
    for (const [day, sums] of this.#days) {
      for (const [at, name] of names.entries()) {
        const bytes = sums[at] ?? 0;
        if (bytes > 0) found.push({ name, day, bytes });
      }
    }
    this.#days.clear();
    this.#sums = new Float64Array(0);
    this.#windowHigh = -1;
    this.#table.fill(0);
    this.#names = 0;
    this.#textsEnd = 0;
    return found;
  }

  /** Returns where the next line begins. */
  #skip(bytes: Uint8Array, from: number, end: number): number {
    this.skipped += 1;
    const newline = bytes.indexOf(NEWLINE, from);
    return newline < 0 || newline >= end ? end : newline + 1;
  }

  /** Selects the sums of the day of the time at a position. Returns false if there is no time of ten digits there. */
  #setDay(view: DataView, bytes: Uint8Array, at: number, end: number): boolean {
    if (at + TIME_LENGTH >= end || bytes[at + TIME_LENGTH] !== SPACE) return false;
    const tens = (bytes[at + 8] ?? 0) - ZERO;
    const ones = (bytes[at + 9] ?? 0) - ZERO;
    if (tens < 0 || tens > 9 || ones < 0 || ones > 9) return false;
    const high = view.getInt32(at, true);
    const low = view.getInt32(at + 4, true);
    if (high === this.#windowHigh && low === this.#windowLow) return true;
    let seconds = 0;
    for (let digit = at; digit < at + 8; digit++) {
      const value = (bytes[digit] ?? 0) - ZERO;
      if (value < 0 || value > 9) return false;
      seconds = seconds * 10 + value;
    }
    const first = dayOf(seconds * WINDOW);
    const isWithinDay = first === dayOf(seconds * WINDOW + WINDOW - 1);
    const day = isWithinDay ? first : dayOf(seconds * WINDOW + tens * 10 + ones);
    this.#windowHigh = isWithinDay ? high : -1;
    this.#windowLow = low;
    let sums = this.#days.get(day);
    if (sums === undefined) {
      sums = new Float64Array(Math.max(64, this.#names));
      this.#days.set(day, sums);
    }
    this.#sums = sums;
    return true;
  }

  /** Returns the number of a name. -1 if it is not a domain name. */
  #find(view: DataView, start: number, end: number, hash: number): number {
    const mask = this.#table.length - 1;
    let slot = (hash ^ (hash >>> 13)) & mask;
    for (;;) {
      const found = (this.#table[slot] ?? 0) - 1;
      if (found < 0) break;
      if (this.#hashes[found] === hash && this.#isSame(found, view, start, end)) return found;
      slot = (slot + 1) & mask;
    }
    return this.#add(new Uint8Array(view.buffer, view.byteOffset + start, end - start), hash, slot);
  }

  /** Apart from `#find`, which V8 then inlines. */
  #add(name: Uint8Array, hash: number, slot: number): number {
    const text = Buffer.from(name.buffer, name.byteOffset, name.length).toString('latin1');
    return NAME.test(text) ? this.#insert(name, hash, slot) : -1;
  }

  #isSame(name: number, view: DataView, start: number, end: number): boolean {
    const own = this.#starts[name] ?? 0;
    const length = end - start;
    if ((this.#starts[name + 1] ?? 0) - own !== length) return false;
    const texts = this.#textView;
    let at = 0;
    for (; at + 4 <= length; at += 4) {
      if (texts.getInt32(own + at, true) !== view.getInt32(start + at, true)) return false;
    }
    for (; at < length; at++) if (texts.getInt8(own + at) !== view.getInt8(start + at)) return false;
    return true;
  }

  #insert(text: Uint8Array, hash: number, slot: number): number {
    const name = this.#names;
    if (this.#textsEnd + text.length > this.#texts.length) {
      const larger = new Uint8Array(this.#texts.length * 2);
      larger.set(this.#texts);
      this.#texts = larger;
      this.#textView = new DataView(larger.buffer);
    }
    if (name + 2 > this.#starts.length) {
      const [starts, hashes] = [this.#starts, this.#hashes];
      this.#starts = new Uint32Array(starts.length * 2);
      this.#starts.set(starts);
      this.#hashes = new Int32Array(hashes.length * 2);
      this.#hashes.set(hashes);
    }
    this.#texts.set(text, this.#textsEnd);
    this.#starts[name] = this.#textsEnd;
    this.#textsEnd += text.length;
    this.#starts[name + 1] = this.#textsEnd;
    this.#hashes[name] = hash;
    this.#names += 1;
    this.#table[slot] = name + 1;
    if (this.#names * 2 > this.#table.length) this.#rehash();
    return name;
  }

  #rehash(): void {
    const table = new Uint32Array(this.#table.length * 2);
    const mask = table.length - 1;
    for (let name = 0; name < this.#names; name++) {
      const hash = this.#hashes[name] ?? 0;
      let slot = (hash ^ (hash >>> 13)) & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = name + 1;
    }
    this.#table = table;
  }

  #growSums(): void {
    for (const [day, sums] of this.#days) {
      if (sums !== this.#sums) continue;
      const larger = new Float64Array(Math.max(64, this.#names * 2));
      larger.set(sums);
      this.#days.set(day, larger);
      this.#sums = larger;
      return;
    }
  }
}
