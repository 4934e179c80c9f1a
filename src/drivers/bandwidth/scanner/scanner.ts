// The inner loop of the count, in AssemblyScript: it adds up the bytes of the lines of one day by name. `npm run
// compile-scanner` compiles it to WebAssembly. A line is the time in seconds, the bytes and the name:
// `1764144000 5120 bob.example`.

/** In the memory, there are 32 bytes of ones and 32 of zeros, which cut a name off behind its end, … */
const MASKS: usize = 1024;
/**
 * … 32 random bytes, which the caller writes: an order of the numbers 0 to 15, and two odd 64-bit integers. So nobody can
 * choose more than a few names that have the same hash. …
 */
export const SECRET: usize = 1088;
/** … where a name is before it is compared, … */
const COPY: usize = 1280;
/** … the slots of an open hash table: the number of a name, or 0, … */
const SLOTS: usize = 2048;
const SLOT_SIZE: usize = 2;
const SLOT_SHIFT: u64 = 1;
const MAX_SLOTS: u32 = 262_144;
/** Most slots are empty: behind one that is taken, the processor would guess the wrong branch. */
const SLOTS_OF_NAME: u32 = 8;
const MAX_NAMES: u32 = MAX_SLOTS / SLOTS_OF_NAME;
/**
 * … by these numbers, the first 32 bytes of each name, and its sum as a 64-bit integer. Both are in one line of the cache
 * of the processor, and few pages of the memory have them all. The number 0 has zeros, …
 */
const ENTRIES: usize = SLOTS + SLOT_SIZE * <usize>MAX_SLOTS;
const ENTRY_SIZE: usize = 64;
const SUM: usize = 32;
/** … the whole names, each followed by zeros up to the next one, … */
export const NAMES: usize = ENTRIES + ENTRY_SIZE * (<usize>MAX_NAMES + 1);
const NAME_SIZE: usize = 256;
/** … their sums, as doubles where `collect` puts them, … */
export const SUMS: usize = NAMES + NAME_SIZE * (<usize>MAX_NAMES + 1);
/** … and the lines. Up to 64 bytes behind them are read as well, whatever they are. */
export const LINES: usize = SUMS + 8 * (<usize>MAX_NAMES + 1);

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
/** The highest bits of a hash are the slot: behind this shift, and with this mask, they are its distance from the first. */
let slotShift: u64 = 0;
let slotMask: usize = 0;
/** The day of the sums, in seconds since 1970-01-01: from its first one up to, and without, `dayEnd`. */
let dayStart: u64 = 0;
let dayEnd: u64 = 0;
/** The first eight digits of a time, as they are in a line. The hundred seconds that begin with them are of this day. */
let window: u64 = 0;

/** Forgets all names. */
export function forget(): void {
  memory.fill(MASKS, 0xff, 32);
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
  for (let number: usize = 1; number <= <usize>names; number++) {
    const entry = ENTRIES + ENTRY_SIZE * number;
    store<f64>(SUMS + 8 * number, <f64>load<u64>(entry, SUM));
    store<u64>(entry, 0, SUM);
  }
}

/**
 * Adds the lines from a position on. The byte before `end` is a newline. @returns the position of the first line that it
 * cannot add, or `end`. It cannot add a line of another day or form, or with a new name if there are too many.
 */
export function add(start: usize, end: usize): usize {
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
 * Adds lines of the present window with known short names and at most seven digits of bytes, until another line comes.
 * It calls nothing, and its branches are the same for most lines: both would double its time.
 */
function addCommon(start: usize): usize {
  const common = window;
  const mask = slotMask;
  const shift = slotShift;
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
    const digits = digitsOf(load<u64>(at, 11));
    // Eight times the number of digits, and 7. Or 64 if all of them are digits.
    const stop = ctz(otherThanDigits(digits));
    if (stop - 15 > 48) break;
    // 12 bytes before the name.
    const before = at + ((<usize>stop) >> 3);
    if (load<u8>(before, 11) != SPACE) break;
    // The first newline, usually. It does not depend on where the name begins, so the next line can begin early. If there
    // is none, the name is too long. If there is an earlier one, it would be in a name, and no known name has one.
    const next = at + 17 + <usize>ctz(newlinesFrom(at + 16));
    const length = next - 13 - before;
    if (length - 1 >= MAX_SHORT) break;
    const masks = <usize>32 - length;
    const low = v128.and(v128.load(before, 12), v128.load(masks, MASKS));
    const high = v128.and(v128.load(before, 28), v128.load(masks, MASKS + 16));
    let slot = (<usize>(hashOf(low, high) >> shift)) & mask;
    let entry = ENTRY_SIZE * <usize>load<u16>(slot, SLOTS);
    // The first slot is not in the loop, which would check whether it is interrupted.
    if (isOther(entry, low, high)) {
      do {
        slot = (slot + SLOT_SIZE) & mask;
        entry = ENTRY_SIZE * <usize>load<u16>(slot, SLOTS);
      } while (entry != 0 && isOther(entry, low, high));
    }
    if (entry == 0) break;
    // Zeros in front make eight digits of them.
    const sum = load<u64>(entry, ENTRIES + SUM) + numberOfEight(digits << (71 - stop));
    store<u64>(entry, sum, ENTRIES + SUM);
    added += 1;
    at = next;
  }
  lines += added;
  return at;
}

/** Whether an entry has another name than this, or none. `entry`: its distance from the first one. */
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
  // Zeros behind it: at least one.
  const size = (length + 32) & ~31;
  for (let part: usize = 0; part < size; part += 16) {
    const kept = length > part ? min<usize>(length - part, 16) : 0;
    v128.store(COPY + part, v128.and(v128.load(name + part), v128.load(MASKS + 32 - kept)));
  }
  let slot = firstSlotOf(COPY);
  for (let number: u32; (number = load<u16>(slot)) != 0; slot = slotBehind(slot)) {
    if (isEqual(COPY, NAMES + NAME_SIZE * <usize>number, size)) return number;
  }
  if (names == MAX_NAMES || !isName(name, length)) return 0;
  names += 1;
  memory.copy(NAMES + NAME_SIZE * <usize>names, COPY, size);
  const entry = ENTRIES + ENTRY_SIZE * <usize>names;
  v128.store(entry, v128.load(COPY));
  v128.store(entry, v128.load(COPY, 16), 16);
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
  slotShift = 64 - SLOT_SHIFT - <u64>ctz(count);
  slotMask = SLOT_SIZE * (<usize>count - 1);
  memory.fill(SLOTS, 0, SLOT_SIZE * <usize>slots);
}

/** @param name the position of a name that is followed by zeros, up to a multiple of 32 bytes. */
function firstSlotOf(name: usize): usize {
  let hash = hashOf(v128.load(name), v128.load(name, 16));
  for (let part = name + 32; load<u8>(part - 1) != 0; part += 16) {
    // Turned, so that the same parts in another order have another hash.
    hash = rotl<u64>(hash, 32) * load<u64>(SECRET, 16) + hashOf(v128.load(part), i64x2.splat(0));
  }
  return SLOTS + ((<usize>(hash >> slotShift)) & slotMask);
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
function newlinesFrom(at: usize): u64 {
  const newline = i8x16.splat(NEWLINE);
  return (
    (<u64>i8x16.bitmask(i8x16.eq(v128.load(at), newline))) |
    ((<u64>i8x16.bitmask(i8x16.eq(v128.load(at, 16), newline))) << 16)
  );
}

/** The hash of the first 32 bytes of a name. Each of them changes its highest bits. */
function hashOf(low: v128, high: v128): u64 {
  const both = v128.xor(low, i8x16.swizzle(high, v128.load(SECRET)));
  return (
    i64x2.extract_lane(both, 0) * load<u64>(SECRET, 16) + i64x2.extract_lane(both, 1) * load<u64>(SECRET, 24)
  );
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
