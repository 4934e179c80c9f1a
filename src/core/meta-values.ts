// The values of `api.*` arguments: how they are read as numbers, and how a reason quotes them.
import { ApiError } from './errors.ts';
import { quote } from './quote.ts';
import type { Json, Value } from './values.ts';

/** One failure that tells of every problem. */
export function badMeta(problems: readonly string[]): ApiError {
  return new ApiError('bad_meta', problems.join(' '));
}

const decimal = /^-?[0-9]+(?:\.[0-9]+)?$/;

/**
 * The one reading of numbers: a finite number, or text such as `12`, `-3` or `4.50` (no blanks, sign +, exponent or
 * unit), as a double. `unlimited` in any case is Infinity. Undefined is no number.
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

/** A value as a reason quotes it. */
export function describeValue(value: Json | Value): string {
  if (value === null) return '(null)';
  if (typeof value === 'object') return Array.isArray(value) ? '(a list)' : '(a hash)';
  return quote(String(value));
}

/** At most a dozen words, then how many more there are. */
export function upToDozen(words: readonly string[]): readonly string[] {
  return words.length > 12 ? [...words.slice(0, 12), `${words.length - 12} more`] : words;
}
