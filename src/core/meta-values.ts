// Reads values of `api.*` arguments as numbers, and quotes them in reasons.
import { ApiError } from './errors.ts';
import { quote } from './quote.ts';
import type { Json, Value } from './values.ts';

/** Returns one error that describes all problems. */
export function badMeta(problems: readonly string[]): ApiError {
  return new ApiError('bad_meta', problems.join(' '));
}

const decimal = /^-?[0-9]+(?:\.[0-9]+)?$/;

/**
 * Reads a number as a double, for all filters and sorts: a finite number, or text such as `12`, `-3` or `4.50` (no
 * blanks, sign +, exponent or unit). `unlimited` in any case is Infinity. Returns undefined if the value is not a
 * number.
 */
export function numberOf(value: Json | Value | undefined): number | undefined {
  if (typeof value === 'string') {
    if (value.length === 9 && value.toLowerCase() === 'unlimited') return Infinity;
    if (!decimal.test(value)) return undefined;
  } else if (typeof value !== 'number') {
    return undefined;
  }
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** Describes a value for a reason. */
export function describeValue(value: Json | Value): string {
  if (value === null) return '(null)';
  if (typeof value === 'object') return Array.isArray(value) ? '(a list)' : '(a hash)';
  return quote(String(value));
}

/** Returns at most twelve words, followed by the number of the others. */
export function firstTwelve(words: readonly string[]): readonly string[] {
  return words.length > 12 ? [...words.slice(0, 12), `${words.length - 12} more`] : words;
}
