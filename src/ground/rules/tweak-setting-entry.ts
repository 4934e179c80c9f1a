// Describes tweak settings, with helpers for the catalogue.
import type { Param } from '../../core/define.ts';
import type { Module } from './tweak-settings.ts';

/** The valid values, in terms of parameters. A flag is 1 or 0. */
export type ValueRule = Pick<Param, 'type' | 'values' | 'min' | 'max' | 'pattern' | 'maxLength'>;

export interface Entry {
  readonly module: Module;
  readonly rule: ValueRule;
  /** The value in WHM's sample configuration. Empty: not set. */
  readonly default: string;
  /** One sentence. */
  readonly meaning: string;
  /** Absent if the setting has no effect on this server. Then it is only stored, with a warning. */
  readonly acts?: true;
  /** Why this server always does what the default says, as a sentence. Another value is refused. */
  readonly fixed?: string;
  /** True if the value is never quoted. */
  readonly isSecret?: true;
}

export type Entries = Readonly<Record<string, Entry>>;

export const flag = (initial: '0' | '1', meaning: string): Entry => entry({ type: 'flag' }, initial, meaning);

/** An integer from `min` to `max`. */
export const integer = (initial: string, [min, max]: readonly [number, number], meaning: string): Entry =>
  entry({ type: 'integer', min, max }, initial, meaning);

export const oneOf = (initial: string, values: readonly string[], meaning: string): Entry =>
  entry({ type: 'string', values }, initial, meaning);

export const text = (initial: string, meaning: string, pattern?: Param['pattern']): Entry =>
  entry({ type: 'string', maxLength: 1024, ...(pattern && { pattern }) }, initial, meaning);

/** A percentage, which can have decimals. */
export const percentage = (initial: string, meaning: string): Entry =>
  text(initial, meaning, {
    matches: /^(?:\d{1,2}(?:\.\d{1,4})?|100)$/,
    expects: 'a percentage from 0 to 100, such as 82.5',
  });

export const path = (initial: string, meaning: string): Entry =>
  text(initial, meaning, {
    matches: /^\/(?!.*\/\.{1,2}(?:\/|$))[\x21-\x7e]{0,254}$/,
    expects: 'an absolute path',
  });

/** An address of this server, or 0.0.0.0 for all addresses, and a port. */
export const listener = (initial: string, meaning: string): Entry =>
  text(initial, meaning, {
    matches:
      /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\]):(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])$/,
    expects: 'an address and a port, such as 0.0.0.0:80',
  });

/** A setting that has an effect on this server. */
export const acting = (one: Entry): Entry => ({ ...one, acts: true });

/** A setting that this server cannot change. Its default is what this server does. @param why a sentence. */
export const fixed = (one: Entry, why: string): Entry => ({ ...one, fixed: why });

/** A setting that contains secrets. */
export const secret = (one: Entry): Entry => ({ ...one, isSecret: true });

export function within(module: Module, entries: Entries): Entries {
  return Object.fromEntries(Object.entries(entries).map(([key, one]) => [key, { ...one, module }]));
}

function entry(rule: ValueRule, initial: string, meaning: string): Entry {
  return { module: 'Main', rule, default: initial, meaning };
}
