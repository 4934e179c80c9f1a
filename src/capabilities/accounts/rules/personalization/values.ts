// Values that a user stores under names, for interfaces and scripts. Each user sees only their own.
import { expectation, fits } from '../../../../core/arguments.ts';
import type { Context } from '../../../../core/context.ts';
import type { Field, Param, Rest } from '../../../../core/define.ts';
import { ApiError, badParam } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';
import type { Json } from '../../../../core/values.ts';

type Reader = Pick<Context, 'caller' | 'db' | 'sha256'>;

/** The name of the store that is used if a call names none. */
export const UNNAMED = '';

/** The maximum for one user, in all stores together. */
export const MAX_VALUES = 1000;

const MAX_LENGTH = 2048;

export const valueName = {
  type: 'string',
  maxLength: MAX_LENGTH,
  pattern: { matches: /^.+$/u, expects: `a name: text on one line, 1 to ${MAX_LENGTH} characters` },
  doc: 'The name of a value.',
} as const satisfies Param;

export const valueText = {
  type: 'string',
  multiline: true,
  maxLength: MAX_LENGTH,
  doc: `The value: text, at most ${MAX_LENGTH} characters. It can contain line breaks.`,
} as const satisfies Param;

export const storeName = {
  type: 'string',
  maxLength: 128,
  doc: 'The store. The same name can have another value in each. Default: the store of nvget and nvset.',
} as const satisfies Param;

/** What WHM’s personalization functions return for each name. */
export const personalization = {
  keys: 'NAME',
  map: {
    fields: {
      reason: { type: 'string', doc: 'Always “OK”: a wrong name or value fails the whole call.' },
      success: { type: 'flag', doc: 'Always 1, for the same reason.' },
      value: { type: 'string|null', doc: 'The value. null if there is none.' },
    },
  },
  doc: 'The names and their values.',
} as const satisfies Field;

export type Values = ReadonlyMap<string, string | null>;

/** What the functions of NVData return for each name. */
export const valueRow = {
  fields: {
    name: { type: 'string', doc: 'The name.' },
    value: { type: 'string|null', doc: 'The value. null if there is none.' },
  },
} as const satisfies Field;

/** Arguments whose names are those of the values. */
export const namedValues = {
  type: 'string',
  key: 'NAME',
  doc: 'a value, under its name. Repeatable for other names. null in a JSON body removes a value.',
  sensitive: true,
} as const satisfies Rest;

/** `[{"name": "coffee", "value": "hot"}]` */
export function toRows(values: Values) {
  return [...values].map(([name, value]) => ({ name, value }));
}

/** `{"coffee": {"reason": "OK", "success": 1, "value": "hot"}}` */
export function toPersonalization(values: Values) {
  return Object.fromEntries([...values].map(([name, value]) => [name, { reason: 'OK', success: 1, value }]));
}

/**
 * Reads `{"coffee":"hot","milk":null}`. Numbers become text, and true and false become 1 and 0, as in parameters.
 * @throws ApiError `bad_param`, whose reason names every wrong name and value.
 */
export function readValues(given: Json): Values {
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  if (!isObject || Object.keys(given).length === 0) {
    throw badParam(
      'The parameter “personalization” should be a JSON object of names and values, such as {"coffee":"hot"}.',
    );
  }
  assertCount('personalization', Object.keys(given).length);
  return readNamedValues(given);
}

/**
 * Requires that the arguments are the values of exactly these names.
 * @throws ApiError `bad_param`, whose reason names the difference.
 */
export function assertNamed(names: readonly string[], given: Readonly<Record<string, Json>>): void {
  const missing = names.filter((name) => !Object.hasOwn(given, name));
  const unnamed = Object.keys(given).filter((name) => !names.includes(name));
  const problems = [
    ...missing.map(
      (name) => `The value of ${quote(name)} is missing: it should be the argument ${quote(name)}.`,
    ),
    ...unnamed.map((name) => `The argument ${quote(name)} is not one of “names”.`),
  ];
  if (problems.length > 0) throw badParam(problems.slice(0, 10).join(' '));
}

/** @throws ApiError `bad_param`, whose reason names every wrong name and value. */
export function readNamedValues(given: Readonly<Record<string, Json>>): Values {
  const count = Object.keys(given).length;
  if (count > MAX_VALUES) throw badParam(`The call has ${count} values. It can have at most ${MAX_VALUES}.`);
  const values = new Map<string, string | null>();
  const problems: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const text =
      typeof value === 'object' ? value : String(typeof value === 'boolean' ? Number(value) : value);
    if (!fits(valueName, name)) {
      problems.push(`The name ${quote(name)} should be ${expectation(valueName)}.`);
    } else if (text === null || (typeof text === 'string' && fits(valueText, text))) {
      values.set(name, text);
    } else {
      const instead = typeof text === 'string' ? '' : ', not a JSON structure';
      problems.push(`The value of ${quote(name)} should be ${expectation(valueText)}${instead}.`);
    }
  }
  if (problems.length > 0) throw badParam(problems.slice(0, 10).join(' '));
  return values;
}

/** @throws ApiError `bad_param` if a call names more values than a user can have. */
export function assertCount(param: string, count: number): void {
  if (count <= MAX_VALUES) return;
  throw badParam(`The parameter “${param}” has ${count} names. A call can have at most ${MAX_VALUES}.`);
}

/** The caller’s values of these names, in their order. null for a name without a value. */
export async function get(context: Reader, store: string, names: readonly string[]): Promise<Values> {
  const { caller, db } = context;
  const values = new Map<string, string | null>();
  for (const name of new Set(names)) {
    const row = await db.get<{ value: string }>(
      'SELECT value FROM personalization WHERE username = ? AND store = ? AND name_hash = ?',
      ...[caller.user, store, await hash(context, name)],
    );
    values.set(name, row?.value ?? null);
  }
  return values;
}

/** All values of the caller in a store, ordered by name. */
export async function list({ caller, db }: Reader, store: string): Promise<Values> {
  const rows = await db.all<{ name: string; value: string }>(
    `SELECT name, value FROM personalization WHERE username = ? AND store = ? ORDER BY ${db.dialect.byBytes('name')}`,
    ...[caller.user, store],
  );
  return new Map(rows.map(({ name, value }) => [name, value]));
}

/**
 * Stores values of the caller, and removes those that are null. Other values of the caller stay as they are.
 * @throws ApiError `limit_reached`.
 */
export async function put(context: Reader, store: string, values: Values): Promise<void> {
  const { caller, db } = context;
  for (const [name, value] of values) {
    const key = [caller.user, store, await hash(context, name)];
    if (value === null) {
      await db.run('DELETE FROM personalization WHERE username = ? AND store = ? AND name_hash = ?', ...key);
    } else {
      await db.run(
        `INSERT INTO personalization (username, store, name_hash, name, value) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (username, store, name_hash) DO UPDATE SET value = excluded.value`,
        ...[...key, name, value],
      );
    }
  }
  const row = await db.get<{ count: number }>(
    'SELECT COUNT(*) AS count FROM personalization WHERE username = ?',
    caller.user,
  );
  if (row === undefined || row.count <= MAX_VALUES) return;
  throw new ApiError(
    'limit_reached',
    `You would have ${row.count} values, and a user can have ${MAX_VALUES} in all stores. To remove one, run ` +
      'personalization_set with null as its value.',
  );
}

async function hash({ sha256 }: Reader, name: string): Promise<string> {
  return Buffer.from(await sha256(name)).toString('hex');
}
