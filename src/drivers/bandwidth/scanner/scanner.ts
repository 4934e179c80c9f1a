// The inner loop of the count, in AssemblyScript: it adds up the bytes of the lines of one day by name. `npm run
// compile-scanner` compiles it to WebAssembly. A line is the time in seconds, the bytes and the name:
// `1764144000 5120 bob.example`.

/** In the memory, there are 48 bytes of ones and 48 of zeros, which cut a name off behind its end, … */
const MASKS: usize = memory.data<u64>([-1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0], 16) + 48;
/** … what makes the highest signed bytes of the digits, the lowest of these, … */
const TO_HIGHEST: usize = memory.data<u64>([0x4646464646464646, 0x4646464646464646], 16);
const LOWEST_DIGIT: usize = memory.data<u64>([0x7676767676767676, 0x7676767676767676], 16);
/** … the digit zero, in eight 16-bit integers, … */
const ZEROS: usize = memory.data<u64>([0x0030003000300030, 0x0030003000300030], 16);
/** … what the digits are in pairs, for one to eight digits at the end of eight 16-bit integers, … */
// prettier-ignore
const WEIGHTS: usize = memory.data<i16>([
  0, 0, 0, 0, 0, 0, 0, 1,
  0, 0, 0, 0, 0, 0, 10, 1,
  0, 0, 0, 0, 0, 1, 10, 1,
  0, 0, 0, 0, 10, 1, 10, 1,
  0, 0, 0, 1, 10, 1, 10, 1,
  0, 0, 10, 1, 10, 1, 10, 1,
  0, 1, 10, 1, 10, 1, 10, 1,
  10, 1, 10, 1, 10, 1, 10, 1,
], 16) - 16;
/** … newlines, … */
const NEWLINES: usize = memory.data<u64>([0x0a0a0a0a0a0a0a0a, 0x0a0a0a0a0a0a0a0a], 16);
/**
 * … 40 random bytes, which the caller writes: sixteen odd 16-bit integers and an odd 64-bit integer. So nobody can choose
 * more than a few names that have the same hash. …
 */
export const SECRET: usize = 1536;
/** … where a name is before it is compared, with the space before it and the newline behind it, … */
const COPY: usize = 1664;
/** … the slots of an open hash table: the number of a name, or 0, … */
const SLOTS: usize = 2048;
const SLOT_SIZE: usize = 2;
const MAX_SLOTS: u32 = 262_144;
/** Behind this shift, a hash has as many bits as there can be slots, and one for the size of a slot. */
const SLOT_SHIFT: u64 = 45;
/** Most slots are empty: behind one that is taken, the processor would guess the wrong branch. */
const SLOTS_OF_NAME: u32 = 8;
const MAX_NAMES: u32 = MAX_SLOTS / SLOTS_OF_NAME;
/**
 * … by these numbers, each name that is short, with its space and newline, and its sum: a 64-bit integer, and what was not
 * yet added to it. All of it is in one line of the cache of the processor, and few pages of the memory have them all. The
 * number 0 and long names have newlines instead, which no line has there, …
 */
export const ENTRIES: usize = SLOTS + SLOT_SIZE * <usize>MAX_SLOTS;
const ENTRY_SIZE: usize = 64;
/** The sums of the pairs of digits, in four 32-bit integers. */
const PAIRS: usize = 32;
const SUM: usize = 48;
/** After so many lines, the sums of the pairs are added to the sums. They have room for 43 million lines. */
const MAX_UNSETTLED: u32 = 32_000_000;
/** … the whole names with their spaces and newlines, each followed by zeros up to the next one, … */
export const NAMES: usize = ENTRIES + ENTRY_SIZE * (<usize>MAX_NAMES + 1);
const NAME_SIZE: usize = 256;
/** … their sums, as doubles where `collect` puts them, … */
export const SUMS: usize = NAMES + NAME_SIZE * (<usize>MAX_NAMES + 1);
/** … and the lines. Up to 64 bytes behind them are read as well, whatever they are. */
export const LINES: usize = SUMS + 8 * (<usize>MAX_NAMES + 1);

const SPACE: u8 = 0x20;
const NEWLINE: u8 = 0x0a;
const MAX_NAME_LENGTH: usize = 253;
/** A name of at most so many bytes, with its space and newline, is compared as two vectors of 16 bytes. */
const MAX_SHORT: usize = 32;
/** Digits of a number that is exact in a double. */
const MAX_DIGITS: usize = 15;

/** The number of names. The first one has the number 1. */
export let names: u32 = 0;
/** The number of lines that were added. */
export let lines: u32 = 0;

/** The number of lines when all sums of pairs were added to the sums. */
let settled: u32 = 0;
/** A power of two. Few names need few slots, which fit into the cache of the processor. */
let slots: u32 = 0;
/** With this mask, a hash behind `SLOT_SHIFT` is the distance of a slot from the first one. */
let slotMask: usize = 0;
/** The day of the sums, in seconds since 1970-01-01: from its first one up to, and without, `dayEnd`. */
let dayStart: u64 = 0;
let dayEnd: u64 = 0;
/** The first eight digits of a time, as they are in a line. The hundred seconds that begin with them are of this day. */
let window: u64 = 0;

/** Forgets all names. */
export function forget(): void {
  memory.fill(ENTRIES, NEWLINE, MAX_SHORT);
  memory.fill(NAMES, 0, NAME_SIZE * <usize>(names + 1));
  names = 0;
  setSlots(4096);
}

/** Begins with the sums of a day. All names have the sum 0: after `forget` or `collect`. */
export function begin(start: u64, end: u64): void {
  dayStart = start;
  dayEnd = end;
  window = 0;
}

/** Moves the sum of each name, by its number, to `SUMS`. */
export function collect(): void {
  settle();
  for (let number: usize = 1; number <= <usize>names; number++) {
    const entry = ENTRIES + ENTRY_SIZE * number;
    store<f64>(SUMS + 8 * number, <f64>load<u64>(entry, SUM));
    store<u64>(entry, 0, SUM);
  }
}

/** Adds the sums of the pairs to the sums. */
function settle(): void {
  for (let number: usize = 1; number <= <usize>names; number++) {
    const entry = ENTRIES + ENTRY_SIZE * number;
    let sum: u64 = 0;
    for (let pair: usize = 0; pair < 16; pair += 4) sum = sum * 100 + load<u32>(entry + pair, PAIRS);
    store<u64>(entry, load<u64>(entry, SUM) + sum, SUM);
    v128.store(entry, i64x2.splat(0), PAIRS);
  }
  settled = lines;
}

/**
 * Adds the lines from a position on. The byte before `end` is a newline. @returns the position of the first line that it
 * cannot add, or `end`. It cannot add a line of another day or form, or with a new name if there are too many.
 */
export function add(start: usize, end: usize): usize {
  if (lines - settled > MAX_UNSETTLED) settle();
  // No line begins with zeros, so that is where the common ones end.
  const behind = load<u64>(end);
  store<u64>(end, 0);
  let at = start;
  while (true) {
    if (window != 0) at = addCommon(at);
    if (at == end) break;
    const next = addAny(at);
    if (next == at) break;
    at = next;
    if (at == end) break;
  }
  store<u64>(end, behind);
  return at;
}

/**
 * Adds lines of the present window with known short names and at most eight digits of bytes, until another line comes. It
 * calls nothing, and its branches are the same for most lines: both would double its time. The processor does as many of
 * its instructions at once as it can, so the fewest are the fastest.
 */
function addCommon(start: usize): usize {
  const common = window;
  const mask = slotMask;
  // The last three digits of the window, the two behind it, and the space, where they were seen to be right.
  let second: u64 = 0;
  let added: u32 = 0;
  let at = start;
  while (load<u64>(at) == common) {
    const time = load<u64>(at, 3);
    if (time != second) {
      const lastDigits = digitsOf(load<u16>(at, 8));
      if ((otherThanDigits(lastDigits) & 0x8080) != 0 || load<u8>(at, 10) != SPACE) break;
      second = time;
    }
    const text = i8x16.add(v128.load(at, 11), v128.load(TO_HIGHEST));
    // How many digits are before the first other byte. Or 32.
    const count = <usize>ctz(i8x16.bitmask(i8x16.lt_s(text, v128.load(LOWEST_DIGIT))));
    if (count - 1 > 7) break;
    // 11 bytes before the space, which is compared with the name.
    const before = at + count;
    // The first newline, usually. It does not depend on where the name begins, so the next line can begin early. If there
    // is none, or an earlier one, then the name is not equal to a known one, which ends with its only newline.
    const next = at + 17 + <usize>ctz(newlinesFrom(at + 16));
    const kept = before + (MASKS + 11) - next;
    const low = v128.and(v128.load(before, 11), v128.load(kept));
    const high = v128.and(v128.load(before, 27), v128.load(kept, 16));
    let slot = (<usize>(hashOf(low, high) >> SLOT_SHIFT)) & mask;
    let entry = ENTRY_SIZE * <usize>load<u16>(slot, SLOTS);
    // The first slot is not in the loop, which would check whether it is interrupted.
    if (isOther(entry, low, high)) {
      do {
        if (entry == 0) break;
        slot = (slot + SLOT_SIZE) & mask;
        entry = ENTRY_SIZE * <usize>load<u16>(slot, SLOTS);
      } while (isOther(entry, low, high));
      if (entry == 0) break;
    }
    // The eight bytes before the space end with the digits.
    const digits = i16x8.sub(v128.load_ext<u8>(before, 3), v128.load(ZEROS));
    const pairs = i32x4.dot_i16x8_s(digits, v128.load(count << 4, WEIGHTS));
    v128.store(entry, i32x4.add(v128.load(entry, ENTRIES + PAIRS), pairs), ENTRIES + PAIRS);
    added += 1;
    at = next;
  }
  lines += added;
  return at;
}

/** Whether an entry has another name than this, or no short one. `entry`: its distance from the first one. */
function isOther(entry: usize, low: v128, high: v128): bool {
  const equal = v128.and(
    i8x16.eq(low, v128.load(entry, ENTRIES)),
    i8x16.eq(high, v128.load(entry, ENTRIES + 16)),
  );
  return i8x16.bitmask(equal) != 0xffff;
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
  const name = at + 1;
  let length: usize = 0;
  for (; length < NAME_SIZE; length += 16) {
    const newlines = i8x16.bitmask(i8x16.eq(v128.load(name + length), i8x16.splat(NEWLINE)));
    if (newlines == 0) continue;
    length += <usize>ctz(newlines);
    break;
  }
  if (length == 0 || length > MAX_NAME_LENGTH) return start;
  const number = numberOf(name, length);
  if (number == 0) return start;
  const entry = ENTRIES + ENTRY_SIZE * <usize>number;
  store<u64>(entry, load<u64>(entry, SUM) + bytes, SUM);
  lines += 1;
  return name + length + 1;
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

/** Returns the number of a name, which it gets now if it is new. 0 if it is no name, or if there are too many. */
function numberOf(name: usize, length: usize): u32 {
  // With the space and the newline, and zeros behind it: at least one.
  const whole = length + 2;
  const size = (whole + 32) & ~31;
  for (let part: usize = 0; part < size; part += 16) {
    const kept = whole > part ? min<usize>(whole - part, 16) : 0;
    v128.store(COPY + part, v128.and(v128.load(name - 1 + part), v128.load(MASKS - kept)));
  }
  let slot = firstSlotOf(COPY);
  for (let number: u32; (number = load<u16>(slot)) != 0; slot = slotBehind(slot)) {
    if (isEqual(COPY, NAMES + NAME_SIZE * <usize>number, size)) return number;
  }
  if (names == MAX_NAMES || !isName(name, length)) return 0;
  names += 1;
  memory.copy(NAMES + NAME_SIZE * <usize>names, COPY, size);
  const entry = ENTRIES + ENTRY_SIZE * <usize>names;
  if (whole <= MAX_SHORT) memory.copy(entry, COPY, MAX_SHORT);
  else memory.fill(entry, NEWLINE, MAX_SHORT);
  v128.store(entry, i64x2.splat(0), PAIRS);
  store<u64>(entry, 0, SUM);
  if (names <= slots / SLOTS_OF_NAME) store<u16>(slot, <u16>names);
  else distribute(slots * 2);
  return names;
}

/** Distributes the names over so many slots. */
function distribute(count: u32): void {
  setSlots(count);
  for (let number: u32 = 1; number <= names; number++) {
    let slot = firstSlotOf(NAMES + NAME_SIZE * <usize>number);
    while (load<u16>(slot) != 0) slot = slotBehind(slot);
    store<u16>(slot, <u16>number);
  }
}

/** Empties so many slots. */
function setSlots(count: u32): void {
  slots = count;
  slotMask = SLOT_SIZE * (<usize>count - 1);
  memory.fill(SLOTS, 0, SLOT_SIZE * <usize>slots);
}

/**
 * The hash of a short name is the one of the fast way. @param name the position of a name that is followed by zeros, up to
 * a multiple of 32 bytes.
 */
function firstSlotOf(name: usize): usize {
  let hash = hashOf(v128.load(name), v128.load(name, 16));
  // The name may end before the part, and another one begin with it.
  for (let part = name + 32; load<u8>(part - 1) != 0 && load<u8>(part) != 0; part += 16) {
    // Turned, so that the same parts in another order have another hash.
    hash = rotl<u64>(hash, 32) * load<u64>(SECRET, 32) + hashOf(v128.load(part), i64x2.splat(0));
  }
  return SLOTS + ((<usize>(hash >> SLOT_SHIFT)) & slotMask);
}

function slotBehind(slot: usize): usize {
  return SLOTS + ((slot - SLOTS + SLOT_SIZE) & slotMask);
}

/** @param size a multiple of 16. */
function isEqual(one: usize, other: usize, size: usize): bool {
  for (let part: usize = 0; part < size; part += 16) {
    if (i8x16.bitmask(i8x16.eq(v128.load(one + part), v128.load(other + part))) != 0xffff) return false;
  }
  return true;
}

function isName(name: usize, length: usize): bool {
  for (let at = name; at < name + length; at++) if (!isNameByte(load<u8>(at))) return false;
  return !isPunctuation(load<u8>(name)) && !isPunctuation(load<u8>(name + length - 1));
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

/** A bit for each of 32 bytes: whether it is a newline. */
function newlinesFrom(at: usize): u32 {
  const newlines = v128.load(NEWLINES);
  return (
    (<u32>i8x16.bitmask(i8x16.eq(v128.load(at), newlines))) |
    ((<u32>i8x16.bitmask(i8x16.eq(v128.load(at, 16), newlines))) << 16)
  );
}

/** The hash of the first 32 bytes of a name, with its space and newline. Each of them changes its highest bits. */
function hashOf(low: v128, high: v128): u64 {
  const sums = i32x4.add(
    i32x4.dot_i16x8_s(low, v128.load(SECRET)),
    i32x4.dot_i16x8_s(high, v128.load(SECRET, 16)),
  );
  return (i64x2.extract_lane(sums, 0) + i64x2.extract_lane(sums, 1)) * load<u64>(SECRET, 32);
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
