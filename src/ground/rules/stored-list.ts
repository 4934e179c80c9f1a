// Lists of records that the store has: filtered, sorted and paged in SQL if possible, and read with no more memory than
// the response needs.
import type { Context, Db, KeptReading, SqlValue } from '../../core/context.ts';
import type { Dialect } from '../../core/dialect.ts';
import type { MetaArguments } from '../../core/meta-arguments.ts';
import type { Hash } from '../../core/values.ts';
import { inSql, recordSql, type Columns, type Condition, type InSql } from './list-in-sql.ts';
import * as longLists from './long-list.ts';

/** A table whose rows are the records of a list, or a query in its place. */
export interface ListedTable {
  /** For a FROM. */
  readonly from: string;
  /** The values that are bound in `from`. */
  readonly values?: readonly SqlValue[];
  /** A column without duplicates. Its values are texts. */
  readonly key: string;
  /** The columns without duplicates. */
  readonly unique: readonly string[];
  /** Columns that are unique together. They sort the list unless the call requests another order. */
  readonly order: string;
  /** Selects the records of a JSON list of keys, in its order, as a JSON list named `json`. */
  readonly recordsOfKeys: (dialect: Dialect, record: string) => string;
  /**
   * Reads records in batches, in the order of `order`. None is empty. Absent if conditions take long: each batch evaluates
   * them again. All keys are then read at once.
   */
  readonly inOrder?: (reading: KeptReading, selection: Selection) => Iterable<string>;
}

export interface Selection extends Condition {
  /** The record, as a JSON value. */
  readonly record: string;
}

/** What to read of the rows that match a condition. */
export interface Reading {
  readonly columns: Columns;
  readonly condition: Condition;
  /** The fields of each record. Default: all. */
  readonly fields?: readonly string[] | undefined;
}

const inOwnOrder = ({ order }: ListedTable): InSql => ({ filter: { where: 'TRUE', values: [] }, order });

/** Returns the keys of the rows that match a condition, in the order of the table. */
export function keysOf(db: Db, table: ListedTable, condition: Condition): Promise<string[]> {
  return sortedKeys(db, table, condition, inOwnOrder(table));
}

/** A column in its order, to be listed as a whole. */
export interface ListedKeys extends Pick<ListedTable, 'from' | 'key' | 'order'> {
  /**
   * `from` with the index of SQLite that has the rows of the condition in `order`. They then need no subquery that
   * orders them, which took a third of the time.
   */
  readonly fromIndex?: string | undefined;
}

/**
 * Returns the keys of the rows that match a condition, behind those in `before`, for a response. A long list is left to
 * be written as SQLite wrote it, so that it is never a list of JavaScript. PostgreSQL writes spaces between the items.
 */
export async function readKeys(
  context: Context,
  { from, fromIndex, key, order }: ListedKeys,
  { where, values }: Condition,
  before: readonly string[] = [],
): Promise<string[]> {
  const { db, listQuery } = context;
  const sql = `SELECT ${key} AS item FROM ${from} WHERE ${where} ORDER BY ${order}`;
  const isText = listQuery === undefined && longLists.canLeave(context);
  if (isText && (await longLists.areMany(db, { sql, values }))) {
    const keys =
      fromIndex === undefined
        ? await jsonOf(db, sql, values)
        : await textOf(
            db,
            `SELECT ${db.dialect.jsonListOf(key)} AS json FROM ${fromIndex} WHERE ${where}`,
            values,
          );
    const batches = before.length === 0 ? [keys] : [JSON.stringify(before), keys];
    longLists.leaveText(context, Infinity, () => batches);
    return [];
  }
  const keys = [...before, ...(await jsonList<string>(db, sql, values))];
  return longLists.leaveItems(context, keys, (name) => name) ? [] : keys;
}

/**
 * Reads the records of a table. If SQL can filter, sort and page as requested, only the records of the response are read.
 * A long list is left to be read while the response is written.
 */
export async function readList(
  context: Pick<Context, 'db' | 'listQuery' | 'reportCounts'> & longLists.Leaving,
  table: ListedTable,
  { columns, condition, fields = Object.keys(columns) }: Reading,
): Promise<Hash[]> {
  const { db, listQuery, reportCounts } = context;
  const plan =
    listQuery === undefined ? inOwnOrder(table) : inSql(db, only(columns, fields), table, listQuery);
  if (plan === undefined) {
    return recordsOfKeys(db, table, await keysOf(db, table, condition), columns, needed(fields, listQuery));
  }
  const shown =
    listQuery?.columns?.map(({ field }) => field).filter((field) => fields.includes(field)) ?? fields;
  const report = async (records: number) => {
    const filtered = listQuery?.filter?.verbose === true ? await count(db, table, [condition]) : undefined;
    if (listQuery !== undefined) reportCounts({ filtered, records });
  };
  const page = pageOf(listQuery?.chunk);
  const canLeave = longLists.canLeave(context);
  const { inOrder } = table;
  if (inOrder !== undefined && canLeave && page === undefined && plan.order === table.order) {
    // Nobody else needs to know how many there are.
    const most = listQuery?.chunk?.verbose === true ? undefined : longLists.LONG + 1;
    const records = await count(db, table, [condition, plan.filter], most);
    if (records > longLists.LONG) {
      await report(records);
      longLists.leave(context, (reading) =>
        inOrder(reading, {
          record: recordSql(db.dialect, columns, shown),
          where: `(${condition.where}) AND (${plan.filter.where})`,
          values: [...(table.values ?? []), ...condition.values, ...plan.filter.values],
        }),
      );
      return [];
    }
  }
  const keys = await sortedKeys(db, table, condition, plan, page);
  const isCounted = page !== undefined && listQuery?.chunk?.verbose === true;
  await report(isCounted ? await count(db, table, [condition, plan.filter]) : keys.length);
  if (!canLeave || keys.length <= longLists.LONG) return recordsOfKeys(db, table, keys, columns, shown);
  const sql = recordsSql(db, table, columns, shown);
  longLists.leave(context, (reading) => longLists.inOrderOf(reading, keys, { sql, values: table.values }));
  return [];
}

/** The columns of these fields. */
function only(columns: Columns, fields: readonly string[]): Columns {
  return Object.fromEntries(Object.entries(columns).filter(([name]) => fields.includes(name)));
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

async function sortedKeys(
  db: Db,
  { from, values: bound = [], key }: ListedTable,
  condition: Condition,
  { filter, order }: InSql,
  page?: readonly [size: number, before: number],
): Promise<string[]> {
  return jsonList<string>(
    db,
    `SELECT ${key} AS item FROM ${from} WHERE (${condition.where}) AND (${filter.where}) ORDER BY ${order}
     ${page === undefined ? '' : 'LIMIT ? OFFSET ?'}`,
    [...bound, ...condition.values, ...filter.values, ...(page ?? [])],
  );
}

/** The number of records that are read at once. Only these are in memory twice, as JSON and as objects. */
const BATCH = 500;

/**
 * Reads the columns of rows, in the order of `keys`. The database returns JSON, because that takes a third of the time
 * and a quarter of the memory of ordinary rows of this width.
 */
export async function recordsOfKeys(
  db: Db,
  table: ListedTable,
  keys: readonly string[],
  columns: Columns,
  fields: readonly string[] = Object.keys(columns),
): Promise<Hash[]> {
  const sql = recordsSql(db, table, columns, fields);
  const read: Hash[] = [];
  for (let at = 0; at < keys.length; at += BATCH) {
    const row = await db.get<{ json: string }>(
      sql,
      JSON.stringify(keys.slice(at, at + BATCH)),
      ...(table.values ?? []),
    );
    for (const record of JSON.parse(row?.json ?? '[]') as Hash[]) read.push(record);
  }
  return read;
}

function recordsSql(
  { dialect }: Db,
  table: ListedTable,
  columns: Columns,
  fields: readonly string[],
): string {
  return table.recordsOfKeys(dialect, recordSql(dialect, columns, fields));
}

/** The number of rows that match all conditions, or `most` if there are more. */
async function count(
  db: Db,
  { from, values: bound = [] }: ListedTable,
  conditions: readonly Condition[],
  most?: number,
): Promise<number> {
  const where = conditions.map((one) => `(${one.where})`).join(' AND ');
  const values = [...bound, ...conditions.flatMap((one) => one.values)];
  const row = await db.get<{ count: number }>(
    most === undefined
      ? `SELECT count(*) AS count FROM ${from} WHERE ${where}`
      : `SELECT count(*) AS count FROM (SELECT 1 AS one FROM ${from} WHERE ${where} LIMIT ${most}) AS counted`,
    ...values,
  );
  return row?.count ?? 0;
}

/** Reads the column `item` of a query as one JSON text. One row per item would take much more memory than the items. */
export async function jsonList<Item>(db: Db, sql: string, values: readonly SqlValue[]): Promise<Item[]> {
  return JSON.parse(await jsonOf(db, sql, values)) as Item[];
}

function jsonOf(db: Db, sql: string, values: readonly SqlValue[]): Promise<string> {
  return textOf(db, `SELECT ${db.dialect.jsonListOf('item')} AS json FROM (${sql}) AS found`, values);
}

async function textOf(db: Db, sql: string, values: readonly SqlValue[]): Promise<string> {
  const row = await db.get<{ json: string }>(sql, ...values);
  return row?.json ?? '[]';
}
