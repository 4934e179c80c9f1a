// Lists of accounts: searches for them, and reads them with no more memory than the response needs.
import type { Caller, Context, Db } from '../../core/context.ts';
import type { Param } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { firstTwelve } from '../../core/meta-values.ts';
import { anyOf, quote } from '../../core/quote.ts';
import { foldCase } from '../../core/compare.ts';
import type { Hash } from '../../core/values.ts';
import { visibleTo } from '../../capabilities/accounts/rules/accounts.ts';
import type { Columns, Condition } from '../../ground/rules/list-in-sql.ts';
import * as longLists from '../../ground/rules/long-list.ts';
import { matcher } from '../../ground/rules/regular-expression.ts';
import {
  jsonList,
  keysOf,
  readKeys,
  readList,
  recordsOfKeys,
  type ListedTable,
  type Reading,
} from '../../ground/rules/stored-list.ts';

/** The properties that a search can match, and their columns. */
const searched = {
  domain: 'domain',
  owner: 'owner',
  user: 'username',
  ip: 'ip',
  package: 'package',
} as const;
const searchTypes = ['domain', 'owner', 'user', 'ip', 'package'] as const satisfies (keyof typeof searched)[];

/** The parameters of a search. */
export const searchParams = {
  search: { type: 'string', maxLength: 256, doc: 'The text to search for. Default: every account is found.' },
  searchtype: {
    type: 'string',
    values: searchTypes,
    doc: 'The field to search. Default: the username and the main domain.',
  },
  searchmethod: {
    type: 'string',
    values: ['exact', 'regex'],
    doc:
      '“exact”: the whole field must be equal. “regex”: a regular expression in the syntax of RE2. Default: ' +
      'the field must contain the text, but text with any of ^ $ * + ? ( ) [ ] { } | \\ is a regular ' +
      'expression, because no name contains these characters. Only “exact” is case-sensitive, except in domains.',
  },
} as const satisfies Record<string, Param>;

export interface Search {
  readonly search?: string | undefined;
  readonly searchtype?: (typeof searchTypes)[number] | undefined;
  readonly searchmethod?: 'exact' | 'regex' | undefined;
}

/**
 * The condition of a WHERE for the accounts that the caller may see and that match the search. `table`: another table
 * with the same columns.
 * @throws ApiError `bad_param` for an invalid regular expression.
 */
export async function found(
  db: Db,
  caller: Caller,
  search: Search,
  table: 'account' | 'bandwidth_removed_account' = 'account',
): Promise<Condition> {
  const visible = visibleTo(db, caller);
  const { search: sought = '', searchtype, searchmethod } = search;
  if (sought === '') return visible;
  const types = searchtype === undefined ? (['user', 'domain'] as const) : [searchtype];
  const isRegex =
    searchmethod === 'regex' || (searchmethod === undefined && /[\^$*+?()[\]{}|\\]/.test(sought));
  const matches = isRegex ? await matcher('search', sought) : undefined;
  const test = matches && db.addTest?.(areShared(types) ? remembering(matches) : matches);
  const conditions = await Promise.all(
    types.map(async (type): Promise<Condition> => {
      const column = searched[type];
      if (test !== undefined) return { where: `passes_test(?, ${column})`, values: [test] };
      if (matches !== undefined) return matching(db, { ...visible, table }, column, matches);
      return searchmethod === 'exact'
        ? { where: `${column} = ?`, values: [type === 'domain' ? sought.toLowerCase() : sought] }
        : { where: `${db.dialect.position(`upper(${column})`, '?')} > 0`, values: [foldCase(sought)] };
    }),
  );
  return {
    where: `(${visible.where}) AND (${conditions.map(({ where }) => where).join(' OR ')})`,
    values: [...visible.values, ...conditions.flatMap(({ values }) => values)],
  };
}

/** True if many accounts have the same value of such a property. */
function areShared(types: readonly (keyof typeof searched)[]): boolean {
  return types.every((type) => type === 'owner' || type === 'ip' || type === 'package');
}

/** Tests each distinct text only once. */
function remembering(matches: (text: string) => boolean): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    let result = known.get(text);
    if (result === undefined) known.set(text, (result = matches(text)));
    return result;
  };
}

/** For a database that cannot call the test: each distinct value is read and tested once. */
async function matching(
  db: Db,
  visible: Condition & { readonly table: string },
  column: string,
  matches: (text: string) => boolean,
): Promise<Condition> {
  const values = await jsonList<string>(
    db,
    `SELECT DISTINCT ${column} AS item FROM ${visible.table} WHERE ${visible.where}`,
    visible.values,
  );
  const kept = JSON.stringify(values.filter(matches));
  return { where: `${column} IN (SELECT value FROM ${db.dialect.eachOf('?', 'kept')})`, values: [kept] };
}

/**
 * Returns the fields in `want`, a comma-separated list. Undefined if it is empty. Unknown names are ignored with a
 * warning, so that scripts for other servers keep working.
 * @throws ApiError `bad_param` if no known field is left, or if the call filters or sorts by an existing field that is
 * not in `want`.
 */
export function wantedFields(
  columns: Columns,
  want: string | undefined,
  { listQuery, warn }: Context,
): string[] | undefined {
  const names = [...new Set((want ?? '').split(',').map((name) => name.trim()))].filter(
    (name) => name !== '',
  );
  if (names.length === 0) return undefined;
  const fields = names.filter((name) => Object.hasOwn(columns, name));
  const unknown = names.filter((name) => !fields.includes(name)).map(quote);
  if (fields.length === 0) {
    throw badParam(
      `The parameter “want” should name fields of accounts, such as “user,domain”, not ${anyOf(firstTwelve(unknown))}.`,
    );
  }
  if (unknown.length > 0)
    warn(`“want” has unknown fields, which were left out: ${firstTwelve(unknown).join(', ')}.`);
  const other = [
    ...(listQuery?.filter?.filters ?? []),
    ...(listQuery?.sort ?? []),
    ...(listQuery?.columns ?? []),
  ].find(({ field }) => field !== '*' && !fields.includes(field) && Object.hasOwn(columns, field));
  if (other !== undefined) {
    throw badParam(
      `“${other.argument}” uses the field “${other.field}”, which “want” omits. Add it to “want”.`,
    );
  }
  return fields;
}

/** The table of accounts. */
const ACCOUNTS: ListedTable = {
  from: 'account',
  key: 'username',
  unique: ['username', 'domain'],
  order: 'username',
  recordsOfKeys: ({ jsonListOf, eachOf }, record) =>
    `SELECT ${jsonListOf(record, 'wanted.key')} AS json
     FROM ${eachOf('?', 'wanted')} CROSS JOIN account WHERE username = wanted.value`,
  inOrder: (reading, keyset) =>
    longLists.inOrderOfKey(reading, { key: 'username', from: 'account', ...keyset }),
};

/** Returns the usernames of the accounts that match a condition, sorted. */
export function namesOf(db: Db, condition: Condition): Promise<string[]> {
  return keysOf(db, ACCOUNTS, condition);
}

/**
 * Reads the usernames of accounts for a response, sorted, behind those in `before` (`ground/rules/stored-list.ts`).
 * @param index of SQLite, which has the rows of the condition in the order of their names.
 */
export function readNames(
  context: Context,
  condition: Condition,
  before: readonly string[],
  index?: 'account_domain_by_name',
): Promise<string[]> {
  const fromIndex = index === undefined ? undefined : `account INDEXED BY ${index}`;
  return readKeys(context, { ...ACCOUNTS, fromIndex }, condition, before);
}

/** Reads records of accounts, by username unless the call requests another order (`ground/rules/stored-list.ts`). */
export function read(
  context: Pick<Context, 'db' | 'listQuery' | 'reportCounts'> & longLists.Leaving,
  reading: Reading,
): Promise<Hash[]> {
  return readList(context, ACCOUNTS, reading);
}

/** Reads the columns of accounts, in the order of `names`. */
export function recordsOf(
  db: Db,
  names: readonly string[],
  columns: Columns,
  fields?: readonly string[],
): Promise<Hash[]> {
  return recordsOfKeys(db, ACCOUNTS, names, columns, fields);
}
