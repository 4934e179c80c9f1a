// The sort order of table cells.
import type { Cell } from '../wire.ts';

/** Numbers with or without a unit (`10240M`, `3.5%`). */
const NUMBER = /^(-?\d+(?:\.\d+)?) ?([KMGT%]?)$/;
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  '%': 1,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
};
const UNLIMITED = 'unlimited';

/** Undefined for an empty cell; NaN for a text. */
function numberOf(cell: Cell): number | undefined {
  if (cell === null || cell === '') return undefined;
  if (typeof cell === 'number') return cell;
  if (cell === UNLIMITED) return Infinity;
  const [, digits, unit = ''] = NUMBER.exec(cell) ?? [];
  return digits === undefined ? NaN : Number(digits) * (UNITS[unit] ?? 1);
}

/** True if a column contains numbers, which are sorted by value and right-aligned. */
export function isNumeric(cells: readonly Cell[]): boolean {
  const numbers = cells.map(numberOf).filter((number) => number !== undefined);
  return numbers.length > 0 && !numbers.some(Number.isNaN) && numbers.some(Number.isFinite);
}

/** Empty cells first. */
export function compareNumbers(a: Cell, b: Cell): number {
  const [first = -Infinity, second = -Infinity] = [numberOf(a), numberOf(b)];
  return first === second ? 0 : first < second ? -1 : 1;
}

/** Natural order: numbers within names are compared by value. Empty cells first. */
export function compareTexts(a: Cell, b: Cell): number {
  return order.compare(String(a ?? ''), String(b ?? ''));
}

const order = new Intl.Collator('en', { numeric: true });
