// Compares values of a list. Models that filter or sort in SQL must compare in exactly the same way.
import { numberOf } from './meta-values.ts';
import type { NumberFilterType, SortMethod } from './meta-arguments.ts';
import type { Value } from './values.ts';

/** Returns a string unchanged, and a number as its decimal text in JSON. */
export function textOf(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

/**
 * Returns the form that `contains` and `begins` compare: Unicode upper case without a locale. Lower case would not
 * work: the final sigma of a word differs, so a text might not contain a part of itself.
 */
export function foldCase(text: string): string {
  return text.toUpperCase();
}

/** Orders texts by Unicode code point, which is also the order of their UTF-8 bytes (SQLite's BINARY). */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = codePointRank(a.charCodeAt(index)) - codePointRank(b.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Orders surrogates after the code units from U+E000 to U+FFFF, because they encode code points from U+10000. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

const octet = '(0|[1-9][0-9]{0,2})';
const dottedQuad = new RegExp(`^${octet}\\.${octet}\\.${octet}\\.${octet}$`);

/** Returns the address as one number. It must have four octets of 0 to 255, without leading zeros. */
export function ipv4Of(value: Value | undefined): number | undefined {
  const match = typeof value === 'string' ? dottedQuad.exec(value) : null;
  if (match === null) return undefined;
  const octets = match.slice(1).map(Number);
  return octets.every((each) => each <= 255) ? octets.reduce((sum, each) => sum * 256 + each) : undefined;
}

/**
 * `unlimited` is Infinity. Types that cannot compare `unlimited` never match it, and their `arg0` is never Infinity.
 */
export const numberTests: Readonly<Record<NumberFilterType, (value: number, arg0: number) => boolean>> = {
  '==': (value, arg0) => value === arg0,
  lt: (value, arg0) => value < arg0,
  lt_equal: (value, arg0) => value <= arg0,
  lt_handle_unlimited: (value, arg0) => value < arg0,
  gt: (value, arg0) => value > arg0 && value !== Infinity,
  gt_equal: (value, arg0) => value >= arg0 && value !== Infinity,
  gt_handle_unlimited: (value, arg0) => value > arg0,
};

const UNITS = ['K', 'M', 'G', 'T'] as const;
const withUnit = /^([0-9]+(?:\.[0-9]+)?)([KMGT])$/;

/** Also reads sizes with a unit, such as the 77M of listaccts, and IPv4 addresses: scripts sort them as numbers. */
function sortNumberOf(value: Value | undefined): number | undefined {
  const number = numberOf(value) ?? ipv4Of(value);
  if (number !== undefined || typeof value !== 'string') return number;
  const [, digits, unit] = withUnit.exec(value) ?? [];
  return digits === undefined
    ? undefined
    : Number(digits) * 1024 ** (UNITS.indexOf(unit as (typeof UNITS)[number]) + 1);
}

// WHM differs: according to its documentation, sorting numbers without a numeric method fails.
/**
 * The value that a sort method compares. Undefined if it cannot be read. `unlimited` is Infinity, and so is a maximum
 * of 0.
 */
export const sortValues: Readonly<
  Record<SortMethod, (value: Value | undefined) => string | number | undefined>
> = {
  lexicographic: textOf,
  numeric: sortNumberOf,
  numeric_zero_as_max: (value) => {
    const number = sortNumberOf(value);
    return number === 0 ? Infinity : number;
  },
  ipv4: ipv4Of,
};

export type SortValue = string | number | undefined;

/** Undefined sorts first. The values of one sort key are either all texts or all numbers. */
export function compareSortValues(a: SortValue, b: SortValue): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return a < b ? -1 : 1;
}
