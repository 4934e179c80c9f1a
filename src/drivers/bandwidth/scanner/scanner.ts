// The inner loop of the count, in AssemblyScript: it adds up the bytes of the lines of one day by name. `npm run
// compile-scanner` compiles it to WebAssembly. A line is the time in seconds, the bytes and the name:
// `1764144000 5120 bob.example`.

/** In the memory, there are 32 bytes of ones and 32 of zeros, which cut a name off behind its end, … */
const MASKS: usize = 1024;
/** … the slots of an open hash table: the number of a name, or 0, … */
const SLOTS: usize = 2048;
const MAX_SLOTS: u32 = 65_536;
const MAX_NAMES: u32 = MAX_SLOTS / 2;
/** … the first 32 bytes of each name, by its number, close together in the cache of the processor, … */
const KEYS: usize = SLOTS + 4 * <usize>MAX_SLOTS;
/** … the names, each followed by zeros, … */
export const NAMES: usize = KEYS + 32 * (<usize>MAX_NAMES + 1);
const NAME_SIZE: usize = 256;
/** … their sums in bytes, as 64-bit integers, … */
export const SUMS: usize = NAMES + NAME_SIZE * (<usize>MAX_NAMES + 2);
/** … and the lines. Up to 64 bytes behind them are read as well, whatever they are. */
export const LINES: usize = SUMS + 8 * (<usize>MAX_NAMES + 2);

const SPACE: u8 = 0x20;
const NEWLINE: u8 = 0x0a;
const MAX_NAME_LENGTH: usize = 253;
/** A name of at most so many bytes is compared as two vectors of 16 bytes, with the zero behind it. */
const MAX_SHORT: usize = 31;
/** Digits of a number that is exact in a double. */
const MAX_DIGITS: usize = 15;

/** The number of names. The first one has the number 1. */
export let names: u32 = 0;
/** The number of lines that were added. */
export let lines: u32 = 0;

/** A power of two. Few names need few slots, which fit into the cache of the processor. */
let slots: u32 = 0;
/** The day of the sums, in seconds since 1970-01-01: from its first one up to, and without, `dayEnd`. */
let dayStart: u64 = 0;
let dayEnd: u64 = 0;
/** The first eight digits of a time, as they are in a line. The hundred seconds that begin with them are of this day. */
let window: u64 = 0;

/** Forgets all sums and begins with those of a day. */
export function begin(start: u64, end: u64): void {
  memory.fill(MASKS, 0xff, 32);
  memory.fill(SUMS, 0, 8 * (<usize>names + 1));
  names = 0;
  setSlots(4096);
  dayStart = start;
  dayEnd = end;
  window = 0;
}

/**
 * Adds the lines from a position on. The byte before `end` is a newline. @returns the position of the first line that it
 * cannot add, or `end`. It cannot add a line of another day or form, or with a new name if there are too many.
 */
export function add(start: usize, end: usize): usize {
  let at = start;
  while (at < end) {
    at = addCommon(at, end);
    if (at == end) break;
    const next = addAny(at);
    if (next == at) break;
    at = next;
  }
  return at;
}

/**
 * Adds lines of the present window with known short names and at most eight digits of bytes, until another line comes.
 * It calls nothing, and its branches are the same for most lines: both would double its time.
 */
function addCommon(start: usize, end: usize): usize {
  const common = window;
  const slotMask = slots - 1;
  let added: u32 = 0;
  let at = start;
  while (at < end) {
    const lastDigits = digitsOf(load<u16>(at, 8));
    const digits = digitsOf(load<u64>(at, 11));
    const others = otherThanDigits(digits);
    const count = (<usize>ctz(others)) >> 3;
    const name = at + 12 + count;
    if (load<u64>(at) != common) break;
    if ((otherThanDigits(lastDigits) & 0x8080) != 0 || load<u8>(at, 10) != SPACE) break;
    if (others == 0 || count == 0 || load<u8>(name - 1) != SPACE) break;
    // The first newline. It does not depend on where the name begins, so the next line can begin early.
    const newlines = newlinesFrom(at + 13);
    const next = at + 14 + <usize>ctz(newlines);
    const length = next - 1 - name;
    if (newlines == 0 || length == 0 || length > MAX_SHORT) break;
    const low = v128.and(v128.load(name), v128.load(MASKS + 32 - length));
    const high = v128.and(v128.load(name, 16), v128.load(MASKS + 48 - length));
    let slot = (<u32>(hashOf(low, high) >> 40)) & slotMask;
    let number: u32 = load<u32>(SLOTS + 4 * <usize>slot);
    while (number != 0) {
      const known = KEYS + 32 * <usize>number;
      const different = v128.or(v128.xor(low, v128.load(known)), v128.xor(high, v128.load(known, 16)));
      if (!v128.any_true(different)) break;
      slot = (slot + 1) & slotMask;
      number = load<u32>(SLOTS + 4 * <usize>slot);
    }
    if (number == 0) break;
    const sum = SUMS + 8 * <usize>number;
    // Zeros in front make eight digits of them.
    store<u64>(sum, load<u64>(sum) + numberOfEight(digits << (64 - 8 * <u64>count)));
    added += 1;
    at = next;
  }
  lines += added;
  return at;
}

/** Adds one line. @returns the position behind it, or its own if it cannot be added. */
function addAny(start: usize): usize {
  if (load<u64>(start) != window && !enterWindow(load<u64>(start))) return start;
  if (!isDigit(load<u8>(start, 8)) || !isDigit(load<u8>(start, 9)) || load<u8>(start, 10) != SPACE)
    return start;
  let at = start + 11;
  let bytes: u64 = 0;
  while (isDigit(load<u8>(at))) {
    bytes = bytes * 10 + (load<u8>(at) - 0x30);
    at += 1;
    if (at > start + 11 + MAX_DIGITS) return start;
  }
  if (at == start + 11 || load<u8>(at) != SPACE) return start;
  at += 1;
  const name = at;
  while (isNameByte(load<u8>(at)) && at - name < MAX_NAME_LENGTH) at += 1;
  if (load<u8>(at) != NEWLINE || at == name) return start;
  if (isPunctuation(load<u8>(name)) || isPunctuation(load<u8>(at - 1))) return start;
  const number = numberOf(name, at - name);
  if (number == 0) return start;
  const sum = SUMS + 8 * <usize>number;
  store<u64>(sum, load<u64>(sum) + bytes);
  lines += 1;
  return at + 1;
}

/** @param text the first eight digits of a time. Returns false if they are not of this day, or not digits. */
function enterWindow(text: u64): bool {
  const digits = digitsOf(text);
  if (otherThanDigits(digits) != 0) return false;
  const start = numberOfEight(digits) * 100;
  if (start < dayStart || start + 100 > dayEnd) return false;
  window = text;
  return true;
}

/** Returns the number of a name, which it gets now if it is new. 0 if there are too many. */
function numberOf(name: usize, length: usize): u32 {
  // Where the name will be if it is new.
  const copy = NAMES + NAME_SIZE * (<usize>names + 1);
  memory.fill(copy, 0, NAME_SIZE);
  memory.copy(copy, name, length);
  let slot = slotOf(copy);
  while (load<u32>(SLOTS + 4 * <usize>slot) != 0) {
    const number = load<u32>(SLOTS + 4 * <usize>slot);
    if (memory.compare(NAMES + NAME_SIZE * <usize>number, copy, NAME_SIZE) == 0) return number;
    slot = (slot + 1) & (slots - 1);
  }
  if (names == MAX_NAMES) return 0;
  names += 1;
  memory.copy(KEYS + 32 * <usize>names, copy, 32);
  store<u32>(SLOTS + 4 * <usize>slot, names);
  if (names > slots / 2) setSlots(slots * 2);
  return names;
}

/** Distributes the names over so many slots. */
function setSlots(count: u32): void {
  slots = count;
  memory.fill(SLOTS, 0, 4 * <usize>slots);
  for (let number: u32 = 1; number <= names; number++) {
    let slot = slotOf(NAMES + NAME_SIZE * <usize>number);
    while (load<u32>(SLOTS + 4 * <usize>slot) != 0) slot = (slot + 1) & (slots - 1);
    store<u32>(SLOTS + 4 * <usize>slot, number);
  }
}

/** @param name the position of a name that is followed by zeros. */
function slotOf(name: usize): u32 {
  return (<u32>(hashOf(v128.load(name), v128.load(name, 16)) >> 40)) & (slots - 1);
}

function isDigit(byte: u8): bool {
  return byte >= 0x30 && byte <= 0x39;
}

function isNameByte(byte: u8): bool {
  return (byte >= 0x61 && byte <= 0x7a) || isDigit(byte) || byte == 0x5f || isPunctuation(byte);
}

/** A name neither begins nor ends with `.` or `-`. */
function isPunctuation(byte: u8): bool {
  return byte == 0x2e || byte == 0x2d;
}

/** A bit for each of 48 bytes: whether it is a newline. */
function newlinesFrom(at: usize): u64 {
  const newline = i8x16.splat(NEWLINE);
  return (
    (<u64>i8x16.bitmask(i8x16.eq(v128.load(at), newline))) |
    ((<u64>i8x16.bitmask(i8x16.eq(v128.load(at, 16), newline))) << 16) |
    ((<u64>i8x16.bitmask(i8x16.eq(v128.load(at, 32), newline))) << 32)
  );
}

/** The hash of the first 32 bytes of a name. */
function hashOf(low: v128, high: v128): u64 {
  const mixed: u64 =
    (i64x2.extract_lane(low, 0) * 0x9e3779b97f4a7c15) ^
    (i64x2.extract_lane(low, 1) * 0xc2b2ae3d27d4eb4f) ^
    (i64x2.extract_lane(high, 0) * 0x165667b19e3779f9) ^
    (i64x2.extract_lane(high, 1) * 0xff51afd7ed558ccd);
  return (mixed ^ (mixed >> 32)) * 0x9e3779b97f4a7c15;
}

/** Digits become the bytes 0 to 9. */
function digitsOf(text: u64): u64 {
  return text ^ 0x3030303030303030;
}

/** The highest bit of the first byte that is not a digit, and maybe of later ones. */
function otherThanDigits(digits: u64): u64 {
  return ((digits + 0x7676767676767676) | digits) & 0x8080808080808080;
}

/** The number that eight digits are. The first is in the lowest byte. Neighbours are joined: 2, 4, and 8 digits. */
function numberOfEight(digits: u64): u64 {
  const pairs = digits * 10 + (digits >> 8);
  const first = (pairs & 0x000000ff000000ff) * 0x000f424000000064; // 1,000,000 and 100
  const second = ((pairs >> 16) & 0x000000ff000000ff) * 0x0000271000000001; // 10,000 and 1
  return (first + second) >> 32;
}
