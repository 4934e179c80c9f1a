// Reads and sets tweak settings.
import { expectation } from '../../core/arguments.ts';
import type { Context } from '../../core/context.ts';
import { badParam } from '../../core/errors.ts';
import { INVISIBLE, quote } from '../../core/quote.ts';
import { find } from './catalogue.ts';
import type { Entry } from './entry.ts';
import { keptElsewhere } from './kept-elsewhere.ts';
import * as stored from './stored.ts';

/** @throws ApiError `bad_param` for an unknown key */
export async function read(
  { db, system }: Pick<Context, 'db' | 'system'>,
  module: stored.Module,
  key: string,
): Promise<string> {
  const entry = await find(module, key);
  const home = keptElsewhere[key];
  if (home !== undefined) return home.read({ db, system });
  return (await stored.read(db, module, key)) ?? entry.default;
}

/**
 * An empty value is accepted for every key. Warns if the setting has no effect on this server.
 * @throws ApiError `bad_param` for an unknown key or an invalid value
 */
export async function set(
  { db, warn }: Pick<Context, 'db' | 'warn'>,
  module: stored.Module,
  key: string,
  given: string,
): Promise<void> {
  const entry = await find(module, key);
  const value = readValue(key, entry, given);
  const write = keptElsewhere[key]?.write;
  if (typeof write === 'string') throw badParam(`set_tweaksetting cannot set “${key}”. ${write}`);
  if (write === undefined) await stored.write(db, module, key, value);
  else await write(db, value);
  if (entry.acts !== true) warn(`“${key}” is stored, but nothing on this server depends on it.`);
}

function readValue(key: string, { rule }: Entry, given: string): string {
  const value = rule.type === 'integer' && /^\d{1,15}$/.test(given) ? String(Number(given)) : given;
  if (value === '' || fits(rule, value)) return value;
  throw badParam(
    `The value of “${key}” should be ${expectation({ ...rule, doc: '' })}, not ${quote(given)}.`,
  );
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
