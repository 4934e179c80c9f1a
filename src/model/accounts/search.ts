// Lists of accounts: searches for them, and reads them with no more memory than the response needs.
import type { Caller, Context, Db, SqlValue } from '../../core/context.ts';
import type { Param } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { firstTwelve } from '../../core/meta-values.ts';
import type { MetaArguments } from '../../core/meta-arguments.ts';
import { anyOf, quote } from '../../core/quote.ts';
import { foldCase } from '../../core/compare.ts';
import type { Hash } from '../../core/values.ts';
import { visibleTo } from './accounts.ts';
import { inSql, recordSql } from '../list-in-sql.ts';
import type { Columns, Condition, InSql } from '../list-in-sql.ts';
import * as longLists from '../long-list.ts';
import { matcher } from '../regular-expression.ts';

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

/** Whether many accounts have the same value of such a property. */
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

/** What to read of the accounts that match a condition. */
export interface Reading {
  readonly columns: Columns;
  readonly condition: Condition;
  /** The fields of each record. Default: all. */
  readonly fields?: readonly string[] | undefined;
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
  { listQuery, warn }: Pick<Context, 'listQuery' | 'warn'>,
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

const ALL: InSql = { filter: { where: 'TRUE', values: [] }, order: 'username' };

/** Returns the usernames of the accounts that match a condition, sorted. */
export function namesOf(db: Db, condition: Condition): Promise<string[]> {
  return usernames(db, condition, ALL);
}

/**
 * Reads records of accounts, by username unless the call requests another order. If SQL can filter, sort and page as
 * requested, only the records of the response are read. A long list is left to be read while the response is written.
 */
export async function read(
  context: Pick<Context, 'db' | 'listQuery' | 'reportCounts'> & longLists.Leaving,
  { columns, condition, fields = Object.keys(columns) }: Reading,
): Promise<Hash[]> {
  const { db, listQuery, reportCounts } = context;
  const plan = listQuery === undefined ? ALL : inSql(db.dialect, columns, ['username', 'domain'], listQuery);
  if (plan === undefined) {
    return recordsOf(db, await namesOf(db, condition), columns, needed(fields, listQuery));
  }
  const shown =
    listQuery?.columns?.map(({ field }) => field).filter((field) => fields.includes(field)) ?? fields;
  const report = async (records: number) => {
    const filtered = listQuery?.filter?.verbose === true ? await count(db, condition) : undefined;
    if (listQuery !== undefined) reportCounts({ filtered, records });
  };
  const page = pageOf(listQuery?.chunk);
  const canLeave = longLists.canLeave(context);
  // The condition is evaluated again for each batch.
  if (canLeave && page === undefined && plan.order === ALL.order) {
    const records = await count(db, condition, plan.filter);
    if (records > longLists.LONG) {
      await report(records);
      longLists.leave(context, (reading) =>
        longLists.inOrderOfKey(reading, {
          key: 'username',
          record: recordSql(db.dialect, columns, shown),
          from: 'account',
          where: `(${condition.where}) AND (${plan.filter.where})`,
          values: [...condition.values, ...plan.filter.values],
        }),
      );
      return [];
    }
  }
  const names = await usernames(db, condition, plan, page);
  const isCounted = page !== undefined && listQuery?.chunk?.verbose === true;
  await report(isCounted ? await count(db, condition, plan.filter) : names.length);
  if (!canLeave || names.length <= longLists.LONG) return recordsOf(db, names, columns, shown);
  const sql = recordsSql(db, columns, shown);
  longLists.leave(context, (reading) => longLists.inOrderOf(reading, names, sql));
  return [];
}

/** Returns the fields to read if the engine filters and sorts: filters and sort keys need their fields as well. */
function needed(fields: readonly string[], listQuery: MetaArguments | undefined): readonly string[] {
  if (listQuery?.columns === undefined) return fields;
  const named = [...listQuery.columns, ...(listQuery.filter?.filters ?? []), ...(listQuery.sort ?? [])];
  const names = new Set(named.map(({ field }) => field));
  return names.has('*') ? fields : fields.filter((field) => names.has(field));
}

/** The number of records on a page, and of those before it. Undefined if everything is on one page. */
function pageOf(chunk: MetaArguments['chunk']): readonly [size: number, before: number] | undefined {
  return chunk === undefined || chunk.size === null ? undefined : [chunk.size, chunk.start - 1];
}

async function usernames(
  db: Db,
  condition: Condition,
  { filter, order }: InSql,
  page?: readonly [size: number, before: number],
): Promise<string[]> {
  return jsonList<string>(
    db,
    `SELECT username AS item FROM account WHERE (${condition.where}) AND (${filter.where}) ORDER BY ${order}
     ${page === undefined ? '' : 'LIMIT ? OFFSET ?'}`,
    [...condition.values, ...filter.values, ...(page ?? [])],
  );
}

/** The number of records that are read at once. Only these are in memory twice, as JSON and as objects. */
const BATCH = 500;

/**
 * Reads the columns of accounts, in the order of `names`. The database returns JSON, because that takes a third of the
 * time and a quarter of the memory of ordinary rows of this width.
 */
export async function recordsOf(
  db: Db,
  names: readonly string[],
  columns: Columns,
  fields: readonly string[] = Object.keys(columns),
): Promise<Hash[]> {
  const sql = recordsSql(db, columns, fields);
  const read: Hash[] = [];
  for (let at = 0; at < names.length; at += BATCH) {
    const row = await db.get<{ json: string }>(sql, JSON.stringify(names.slice(at, at + BATCH)));
    for (const record of JSON.parse(row?.json ?? '[]') as Hash[]) read.push(record);
  }
  return read;
}

/** A query for the records of a JSON list of usernames, in its order, as a JSON list. */
function recordsSql({ dialect }: Db, columns: Columns, fields: readonly string[]): string {
  const { jsonListOf, eachOf } = dialect;
  return `SELECT ${jsonListOf(recordSql(dialect, columns, fields), 'wanted.key')} AS json
    FROM ${eachOf('?', 'wanted')} CROSS JOIN account WHERE username = wanted.value`;
}

async function count(db: Db, ...conditions: readonly Condition[]): Promise<number> {
  const row = await db.get<{ count: number }>(
    `SELECT count(*) AS count FROM account WHERE ${conditions.map(({ where }) => `(${where})`).join(' AND ')}`,
    ...conditions.flatMap(({ values }) => values),
  );
  return row?.count ?? 0;
}

/** Reads the column `item` of a query as one JSON text. One row per item would take much more memory than the items. */
async function jsonList<Item>(db: Db, sql: string, values: readonly SqlValue[]): Promise<Item[]> {
  const row = await db.get<{ json: string }>(
    `SELECT ${db.dialect.jsonListOf('item')} AS json FROM (${sql}) AS found`,
    ...values,
  );
  return JSON.parse(row?.json ?? '[]') as Item[];
}
