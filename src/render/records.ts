// Converts a response to rows and columns, for tables and spreadsheets.
import type { Envelope } from '../core/envelope.ts';
import { entriesOf, itemsOf, type LongList } from '../core/long-list.ts';
import { type Hash, isHash, type Value } from '../core/values.ts';

export interface Records {
  readonly columns: readonly string[];
  readonly rows: Iterable<Row>;
  /** The same rows, to be read before `rows`. Only for a long list, whose `rows` can be read once. */
  readonly preview?: () => Iterable<Row>;
}

/** A value for each column; undefined if the record does not have it. */
export type Row = readonly (Value | undefined)[];

export interface RecordOptions {
  /** The key of `data` with the list. Default: the envelope’s list, or the only list in `data`. */
  readonly list?: string | undefined;
  /** The columns to show. Default: all fields of the records, starting with those in `declared`. */
  readonly columns?: readonly string[] | undefined;
  readonly declared?: readonly string[] | undefined;
}

/** A response without a list has two columns, `field` and `value`: one row for each value, named by its path. */
export function recordsOf(envelope: Envelope, options: RecordOptions = {}): Records {
  const { data = {}, longList } = envelope;
  const list = envelope.list ?? options.list ?? soleListOf(data);
  const items = list === undefined ? undefined : data[list];
  if (list === undefined || !Array.isArray(items)) {
    const columns = ['field', 'value'];
    if (longList === undefined) return { columns, rows: fieldsOf('', data) };
    const preview = () => fieldsOfLong({ batches: longList.preview() });
    return { columns, rows: fieldsOfLong(longList), preview };
  }
  if (longList !== undefined) return longRecords(longList, list, options);
  const records = items.map((item) => (isHash(item) ? item : { [list]: item }));
  const columns = options.columns ?? columnsOf(records, options.declared ?? []);
  return { columns, rows: records.map((record) => columns.map((name) => own(record, name))) };
}

/** All records of a long list have the same fields as the first one. */
function longRecords(
  list: LongList,
  key: string,
  { columns: wanted, declared = [] }: RecordOptions,
): Records {
  const items = itemsOf(list);
  const first = items.next();
  const recordOf = (item: Value): Hash => (isHash(item) ? item : { [key]: item });
  const columns = wanted ?? columnsOf(first.done === true ? [] : [recordOf(first.value)], declared);
  const rowOf = (item: Value) => columns.map((name) => own(recordOf(item), name));
  return {
    columns,
    rows: (function* () {
      if (first.done !== true) yield rowOf(first.value);
      for (const item of items) yield rowOf(item);
    })(),
    preview: function* () {
      for (const item of itemsOf({ batches: list.preview() })) yield rowOf(item);
    },
  };
}

function* fieldsOfLong(list: Pick<LongList, 'batches'>): Generator<Row> {
  for (const [key, value] of entriesOf(list)) yield* fieldsOf(key, value);
}

/** Joins the responses of several servers in one table. The first column is the server’s name. */
export function joinedRecords(
  parts: readonly { readonly host: string; readonly records: Records }[],
): Records {
  const columns = [...new Set(parts.flatMap(({ records }) => records.columns))];
  const rows = parts.flatMap(({ host, records }) => {
    const places = columns.map((name) => records.columns.indexOf(name));
    return [...records.rows].map((row) => [host, ...places.map((at) => row[at])]);
  });
  return { columns: ['host', ...columns], rows };
}

function columnsOf(records: readonly Hash[], declared: readonly string[]): string[] {
  const found = new Set<string>();
  for (const record of records) for (const name of Object.keys(record)) found.add(name);
  if (records.length === 0) return [...declared];
  return [
    ...declared.filter((name) => found.has(name)),
    ...[...found].filter((name) => !declared.includes(name)),
  ];
}

function soleListOf(data: Hash): string | undefined {
  const lists = Object.entries(data).filter(([, value]) => Array.isArray(value));
  return lists.length === 1 ? lists[0]?.[0] : undefined;
}

function fieldsOf(path: string, value: Value): Value[][] {
  if (Array.isArray(value) && !value.every(isScalar)) {
    return value.flatMap((item, at) => fieldsOf(`${path}[${at}]`, item));
  }
  if (!isHash(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) =>
    fieldsOf(path === '' ? key : `${path}.${key}`, inner),
  );
}

function own(record: Hash, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

export function isScalar(value: Value): value is string | number | null {
  return typeof value !== 'object' || value === null;
}
