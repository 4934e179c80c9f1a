// The basis of every renderer: puts a response in print order, makes it valid in every format, and decides how to write
// it.
import type { Envelope, Metadata } from '../core/envelope.ts';
import { toPrintable } from '../core/envelope.ts';
import type { LongList } from '../core/long-list.ts';
import type { Hash, Value } from '../core/values.ts';

export interface Answer {
  content: Hash;
  /** True if the response is too large for one string. The renderer then writes it in pieces, with its own writer. */
  isLarge: boolean;
  /** The keys that lead to the part with the most members. A large response is written member by member from there. */
  path: readonly string[];
  /** What to write instead of the members of that part. */
  long: LongList | undefined;
}

/** A longer list makes a response large. */
const LONG_LIST = 100;
/** The maximum size of an ordinary response. Each value counts 1, and a text 1 more for every 512 characters. */
const ORDINARY_SIZE = 2000;
/** A piece ends when it has this many UTF-16 units: 20 KiB of ASCII, 60 KiB of CJK text. */
const PIECE_LENGTH = 20 * 1024;

export function toAnswer(envelope: Envelope): Answer {
  const ordered = { ...envelope, metadata: inPrintOrder(envelope.metadata) };
  const content = wellFormed(toPrintable(ordered), 'answer') as Hash;
  const list = envelope.list === undefined ? undefined : envelope.data?.[envelope.list];
  const long = envelope.longList;
  const hasLongList = long !== undefined || (Array.isArray(list) && list.length > LONG_LIST);
  const isLarge = hasLongList || !fits(content, { left: ORDINARY_SIZE });
  return { content, isLarge, path: pathOf(envelope), long };
}

/** Joins texts into pieces of limited size. A text is never split, so no piece ends within a character. */
export function* pieces(texts: Iterable<string>): Generator<string> {
  let piece = '';
  for (const text of texts) {
    // A long text would be copied.
    if (text.length >= PIECE_LENGTH && piece !== '') {
      yield piece;
      piece = '';
    }
    piece += text;
    if (piece.length >= PIECE_LENGTH) {
      yield piece;
      piece = '';
    }
  }
  if (piece !== '') yield piece;
}

function inPrintOrder({ version, reason, result, command, ...rest }: Metadata): Metadata {
  return { version, reason, result, command, ...rest };
}

function pathOf({ flat, data, list }: Envelope): string[] {
  const start = flat === true && data !== undefined ? [] : ['data'];
  return list === undefined ? start : [...start, list];
}

/**
 * Makes a value printable: -0 becomes 0, and a lone surrogate in a text or a key becomes U+FFFD. If keys become equal,
 * the last one is kept. A value that needs no change is returned itself, not a copy.
 */
function wellFormed(value: Value, key: string): Value {
  if (isWellFormed(value, key)) return value;
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return 0;
  if (Array.isArray(value)) return value.map((item) => wellFormed(item, key));
  // An assignment to the key "__proto__" would set the prototype.
  return Object.fromEntries(
    Object.entries(value ?? {}).map(([name, member]) => [name.toWellFormed(), wellFormed(member, name)]),
  );
}

function isWellFormed(value: Value, key: string): boolean {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed();
    case 'number':
      if (Number.isFinite(value)) return !Object.is(value, -0);
      break;
    case 'object':
      return value === null || hasWellFormedMembers(value, key);
  }
  throw new TypeError(
    `“${key}” is ${value}: a response has only strings, finite numbers, nulls, lists and hashes.`,
  );
}

function hasWellFormedMembers(value: Hash | Value[], key: string): boolean {
  if (Array.isArray(value)) return value.every((item) => isWellFormed(item, key));
  for (const name in value) {
    if (!name.isWellFormed() || !isWellFormed(value[name] as Value, name)) return false;
  }
  return true;
}

function fits(value: Value, budget: { left: number }): boolean {
  budget.left -= typeof value === 'string' ? 1 + value.length / 512 : 1;
  if (budget.left < 0) return false;
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every((member) => fits(member, budget));
}
