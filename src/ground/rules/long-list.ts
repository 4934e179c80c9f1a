// Long lists and maps that are read from the store while they are written (`core/long-list.ts`).
import type { Context, Db, KeptReading, SqlValue } from '../../core/context.ts';
import type { Dialect } from '../../core/dialect.ts';
import type { Hash, Value } from '../../core/values.ts';

/** Lists of up to this many records are read at once. */
export const LONG = 1000;
/** The number of records that are read at once. */
export const BATCH = 50;

export type Leaving = Pick<Context, 'db'> & Partial<Pick<Context, 'reportLongList'>>;

/** False if the call needs the list as a whole, or the database cannot keep a transaction for it. */
export function canLeave({ db, reportLongList }: Leaving): boolean {
  return reportLongList !== undefined && db.keepReading !== undefined;
}

/** Leaves the list or the map of the response to be read while the response is written. */
export function leave(
  { db, reportLongList }: Leaving,
  batches: (reading: KeptReading) => Iterable<string>,
): void {
  if (reportLongList === undefined || db.keepReading === undefined) throw new TypeError('See canLeave.');
  const reading = db.keepReading();
  let isOpen = true;
  const close = () => {
    isOpen = false;
    reading.close();
  };
  reportLongList({
    batches: closing(batches(reading), close),
    preview: () => (isOpen ? batches(reading) : []),
    isKept: true,
    close,
  });
}

/**
 * Leaves a list whose items are in memory to be written, so that no more than a few records are made at once.
 * @returns false if the list is not long, or the call needs it as a whole.
 */
export function leaveItems<Item>(
  context: Context,
  items: readonly Item[],
  recordOf: (item: Item) => Value,
): boolean {
  return leaveText(context, items.length, function* () {
    for (let at = 0; at < items.length; at += BATCH) {
      yield JSON.stringify(items.slice(at, at + BATCH).map(recordOf));
    }
  });
}

/**
 * Leaves a list whose JSON is made from memory.
 * @param batches lists, which can be made again.
 * @returns false if the list is not long, or the call needs it as a whole.
 */
export function leaveText(
  { listQuery, reportLongList }: Context,
  length: number,
  batches: () => Iterable<string>,
): boolean {
  if (listQuery !== undefined || reportLongList === undefined || length <= LONG) return false;
  reportLongList({ batches: batches(), preview: batches, close: () => undefined });
  return true;
}

function* closing(batches: Iterable<string>, close: () => void): Generator<string> {
  try {
    yield* batches;
  } finally {
    close();
  }
}

/** True if a query selects more rows than are read at once. It reads no more of them than it needs to know that. */
export async function areMany(
  db: Db,
  { sql, values }: { readonly sql: string; readonly values: readonly SqlValue[] },
): Promise<boolean> {
  const row = await db.get<{ count: number }>(
    `SELECT count(*) AS count FROM (${sql} LIMIT ${LONG + 1}) AS first_rows`,
    ...values,
  );
  return (row?.count ?? 0) > LONG;
}

/** A list that can be read as a whole or in batches. */
export interface EitherWay<Item, Shown extends Hash> {
  readonly areMany: () => Promise<boolean>;
  readonly all: () => Promise<Item[]>;
  /** Reads what all batches need, and returns how to read them. None is empty. */
  readonly prepareBatches: () => Promise<(reading: KeptReading) => Iterable<readonly Item[]>>;
  readonly recordOf: (item: Item) => Shown;
}

/** Returns the records of the list. Of a long one that is left for later, it returns none. */
export async function recordsOf<Item, Shown extends Hash>(
  context: Context,
  { areMany, all, prepareBatches, recordOf }: EitherWay<Item, Shown>,
): Promise<Shown[]> {
  if (context.listQuery === undefined && canLeave(context) && (await areMany())) {
    const batches = await prepareBatches();
    leave(context, function* (reading) {
      for (const batch of batches(reading)) yield JSON.stringify(batch.map(recordOf));
    });
    return [];
  }
  const items = await all();
  return leaveItems(context, items, recordOf) ? [] : items.map(recordOf);
}

export interface Keyset {
  /** A text that is unique and never empty. An index has its order. */
  readonly key: string;
  /** The record, as a JSON value. */
  readonly record: string;
  readonly from: string;
  readonly where: string;
  readonly values: readonly SqlValue[];
}

/** Reads the records in the order of their key, each batch from the last key on. */
export function* inOrderOfKey(
  reading: KeptReading,
  { key, record, from, where, values }: Keyset,
): Generator<string> {
  const sql = `SELECT CAST(${record} AS TEXT) AS record, ${key} AS key FROM ${from}
    WHERE (${where}) AND ${key} > ? ORDER BY ${key} LIMIT ${BATCH}`;
  yield* behindKeys(reading, listOf(sql), (last) => [...values, last]);
}

/** A map, from rows. */
export interface KeyedRows {
  /** Selects the rows behind a key, which is the last value, in the order of `key`. */
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** The record of a key, as a JSON value, from the columns of its row. */
  readonly record: string;
}

/** Reads a map in the order of its keys. Its records are short, so that more are read at once. */
export function* mapInOrderOfKey(
  reading: KeptReading,
  { jsonMapOf }: Dialect,
  { sql, values, record }: KeyedRows,
): Generator<string> {
  const batch = `SELECT ${jsonMapOf('key', record)} AS records, max(key) AS last FROM (${sql} LIMIT ${LONG}) AS batch`;
  yield* behindKeys(reading, batch, (last) => [...values, last]);
}

/** A record in SQL, from the columns of rows: a JSON value as text. */
export interface RecordOfRow {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** Reads a record of each row. SQL makes it, so that it is never an object of JavaScript. */
export function* recordsInOrder<Row>(
  reading: KeptReading,
  { sql, valuesAfter }: Rows<Row, string>,
  key: keyof Row & string,
  record: RecordOfRow,
): Generator<string> {
  const records = `SELECT ${record.sql} AS record, ${key} AS key FROM (${sql} LIMIT ${BATCH}) AS row_of_batch`;
  yield* behindKeys(reading, listOf(records), (last) => [...record.values, ...valuesAfter(last)]);
}

/** A batch of a list, from SQL that selects `record`, as text, and `key`. */
function listOf(sql: string): string {
  // An aggregate of texts is faster than one of JSON values, which would be parsed again. JavaScript would copy the whole
  // text to put brackets around it.
  return `SELECT '[' || string_agg(record, ',') || ']' AS records, max(key) AS last FROM (${sql}) AS batch`;
}

/** Reads batches. `batch` selects the `records` behind a key and their `last` key. All keys are behind the empty one. */
function* behindKeys(
  reading: KeptReading,
  batch: string,
  valuesAfter: (last: string) => SqlValue[],
): Generator<string> {
  for (let last = ''; ;) {
    const row = reading.get(batch, ...valuesAfter(last)) as Record<'records' | 'last', string | null>;
    if (row.records === null || row.last === null) return;
    yield row.records;
    last = row.last;
  }
}

/** `Last`: what `valuesAfter` needs of a row. */
export interface Rows<Row, Last = Row> {
  /** Selects `columns` of the rows behind `last`, or of all, in the order of a unique key. */
  readonly sql: string;
  readonly columns: readonly (keyof Row & string)[];
  readonly valuesAfter: (last?: Last) => SqlValue[];
}

/** Reads rows in their order, each batch from the last row on. Nothing is read again to find out that no row is left. */
export function* rowsInOrder<Row>(
  reading: KeptReading,
  { jsonListOf, jsonObject }: Dialect,
  { sql, columns, valuesAfter }: Rows<Row>,
): Generator<Row[]> {
  const row = jsonObject(columns.map((name) => [name, `"${name}"`]));
  const batch = `SELECT ${jsonListOf(row)} AS json FROM (${sql} LIMIT ${BATCH}) AS batch`;
  let rows: Row[] = [];
  do {
    const { json } = reading.get(batch, ...valuesAfter(rows.at(-1))) as { json: string };
    rows = JSON.parse(json) as Row[];
    if (rows.length > 0) yield rows;
  } while (rows.length === BATCH);
}

/** Reads the records of these keys, in this order. `sql` makes a JSON list of the records of a JSON list of keys. */
export function* inOrderOf(
  reading: KeptReading,
  keys: readonly string[],
  { sql, values = [] }: { readonly sql: string; readonly values?: readonly SqlValue[] | undefined },
): Generator<string> {
  for (let at = 0; at < keys.length; at += BATCH) {
    const row = reading.get(sql, JSON.stringify(keys.slice(at, at + BATCH)), ...values) as { json: string };
    yield row.json;
  }
}
