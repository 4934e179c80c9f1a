// What an account can set in SpamAssassin: a few of its options, each value in a form that cannot be another option.
import { badParam } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';
import type { SpamPreference } from '../state.ts';

interface Option {
  readonly matches: RegExp;
  readonly expects: string;
  /** How often it can be set. */
  readonly most: number;
}

const ADDRESSES: Option = {
  matches: /^[a-z0-9!$%&'*+/=?^_{|}~.-]{1,64}@[a-z0-9*?.-]{1,253}$/i,
  expects: 'an email address, or a pattern such as *@example.org',
  most: 500,
};
const SCORE = String.raw`-?\d{1,3}(?:\.\d{1,3})?`;

const options: Readonly<Record<string, Option>> = {
  required_score: { matches: /^\d{1,3}(?:\.\d{1,3})?$/, expects: 'a number from 0.1 to 999', most: 1 },
  score: {
    matches: new RegExp(String.raw`^[A-Z_][A-Z0-9_]{0,127} ${SCORE}$`),
    expects: 'the name of a test and its score, such as “ACT_NOW_CAPS 5.0”',
    most: 500,
  },
  whitelist_from: ADDRESSES,
  blacklist_from: ADDRESSES,
  whitelist_to: ADDRESSES,
  blacklist_to: ADDRESSES,
};
export const preferenceNames: readonly string[] = Object.keys(options);

export const DEFAULT_SCORE = 50;
const TENTHS = 10;

/** @returns ten times a score. @throws ApiError `bad_param`. */
export function tenthsOf(param: string, score: string): number {
  const tenths = /^\d{1,3}(?:\.\d{1,3})?$/.test(score) ? Math.round(Number(score) * TENTHS) : 0;
  if (tenths > 0) return tenths;
  throw badParam(`The parameter “${param}” should be a number from 0.1 to 999, not ${quote(score)}.`);
}

/** Ten times the score from which mail is spam. */
export function requiredScore(preferences: readonly SpamPreference[]): number {
  const own = preferences.find(({ name }) => name === 'required_score');
  return own === undefined ? DEFAULT_SCORE : Math.round(Number(own.value) * TENTHS);
}

/** The preferences with these values of one of them. None: as if it was never set. @throws ApiError `bad_param`. */
export function withValues(
  preferences: readonly SpamPreference[],
  name: string,
  values: readonly string[],
): SpamPreference[] {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) {
    const names = preferenceNames.join(', ');
    throw badParam(`The parameter “preference” should be one of ${names}; not ${quote(name)}.`);
  }
  const { matches, expects, most } = option;
  if (values.length > most)
    throw badParam(
      `“${name}” can be set ${most === 1 ? 'once' : `${most} times`}, not ${values.length} times.`,
    );
  for (const value of values) {
    if (!matches.test(value))
      throw badParam(`The value of “${name}” should be ${expects}; not ${quote(value)}.`);
    if (name === 'required_score') tenthsOf('value', value);
  }
  const others = preferences.filter((one) => one.name !== name);
  return [...others, ...[...new Set(values)].map((value) => ({ name, value }))];
}

/** By their names, as WHM shows them. Scores are numbers. */
export function shown(preferences: readonly SpamPreference[]): Record<string, (string | number)[]> {
  const found: Record<string, (string | number)[]> = {};
  for (const { name, value } of preferences)
    (found[name] ??= []).push(name === 'required_score' ? Number(value) : value);
  return found;
}

/** The file that SpamAssassin reads. Undefined: there is nothing to say. */
export function fileOf(preferences: readonly SpamPreference[]): string | undefined {
  if (preferences.length === 0) return undefined;
  const lines = preferences.map(({ name, value }) => `${name} ${value}\n`);
  return ['# Written by whmapi1, which replaces this file.\n', ...lines].join('');
}
