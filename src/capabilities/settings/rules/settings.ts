// Reads and sets tweak settings.
import { expectation } from '../../../core/arguments.ts';
import type { Context } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import { INVISIBLE, quote } from '../../../core/quote.ts';
import { find } from './catalogue.ts';
import type { Entry } from '../../../ground/rules/tweak-setting-entry.ts';
import { keptElsewhere, type Sinks, type Sources } from './kept-elsewhere.ts';
import * as stored from '../../../ground/rules/tweak-settings.ts';

/** @throws ApiError `bad_param` for an unknown key */
export async function read(sources: Sources, module: stored.Module, key: string): Promise<string> {
  const entry = await find(module, key);
  const home = keptElsewhere[key];
  if (home !== undefined) return home.read(sources);
  return (await stored.read(sources.db, module, key)) ?? entry.default;
}

/**
 * An empty value is accepted for every key. Warns if the setting has no effect on this server.
 * @throws ApiError `bad_param` for an unknown key or an invalid value
 */
export async function set(
  { db, sealer, warn }: Pick<Context, 'db' | 'sealer' | 'warn'>,
  module: stored.Module,
  key: string,
  given: string,
): Promise<void> {
  const checked = await check(module, key, given);
  if ('problem' in checked) throw badParam(checked.problem);
  const instead = howToSet(key);
  if (instead !== undefined) throw badParam(`set_tweaksetting cannot set “${key}”. ${instead}`);
  await write({ db, sealer }, module, key, checked.value);
  if (!checked.acts) warn(`“${key}” is stored, but nothing on this server depends on it.`);
}

export interface CheckedSetting {
  readonly key: string;
  readonly value: string;
  /** False if the setting has no effect on this server. */
  readonly acts: boolean;
}

/** @returns the value in its normal form, or why it is not valid. @throws ApiError `bad_param` for an unknown key */
export async function check(
  module: stored.Module,
  key: string,
  given: string,
): Promise<CheckedSetting | { readonly problem: string }> {
  const { rule, acts = false, isSecret = false } = await find(module, key);
  const value = rule.type === 'integer' && /^\d{1,15}$/.test(given) ? String(Number(given)) : given;
  if (value === '' || fits(rule, value)) return { key, value, acts };
  const expected = expectation({ ...rule, doc: '' });
  const instead = isSecret ? '' : `, not ${quote(given)}`;
  return { problem: `The value of “${key}” should be ${expected}${instead}.` };
}

/** For a setting that these functions cannot set: how to set it, as a sentence. */
export function howToSet(key: string): string | undefined {
  const instead = keptElsewhere[key]?.write;
  return typeof instead === 'string' ? instead : undefined;
}

/** Stores a value that was checked. */
export async function write(sinks: Sinks, module: stored.Module, key: string, value: string): Promise<void> {
  const elsewhere = keptElsewhere[key]?.write;
  if (typeof elsewhere === 'function') await elsewhere(sinks, value);
  else await stored.write(sinks.db, module, key, value);
}

function fits(
  { type, values, min = 0, max = Infinity, pattern, maxLength = 1024 }: Entry['rule'],
  value: string,
): boolean {
  if (type === 'flag') return value === '1' || value === '0';
  if (type === 'integer') return /^\d{1,15}$/.test(value) && Number(value) >= min && Number(value) <= max;
  if (values !== undefined) return values.includes(value);
  return value.length <= maxLength && value.search(INVISIBLE) < 0 && (pattern?.matches.test(value) ?? true);
}
