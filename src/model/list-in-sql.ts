// Filters, sorts and pages a list in SQL, where that gives exactly what `core/shape.ts` gives in memory. Fields are
// expressions over a table; their kinds say how their values compare.
import type { SqlValue } from '../core/context.ts';
import type { Field, Fields } from '../core/define.ts';
import type { Filter, MetaArguments, NumberFilterType, SortKey, SortMethod } from '../core/meta-arguments.ts';
import { foldCase } from '../core/shape.ts';

/** A field of a list. */
export interface Column {
  /** NULL is null; of a limit it is “unlimited”. Never a bare number, which an ORDER BY takes for a column's place. */
  readonly sql: string;
  /**
   * A `word` is text in ASCII, which SQLite folds as JavaScript does; an `address` is a word too, and always an IPv4
   * address; a `number` is whole; a `list` is JSON.
   */
  readonly kind: 'word' | 'address' | 'text' | 'number' | 'limit' | 'list';
  readonly field: Field;
}
export type Columns = Readonly<Record<string, Column>>;

const column =
  (kind: Column['kind'], type: 'string' | 'string|null' | 'integer' | 'flag' | 'any') =>
  (sql: string, doc: string): Column => ({ sql, kind, field: { type, doc } });

export const word = column('word', 'string');
export const wordOrNull = column('word', 'string|null');
export const address = column('address', 'string');
export const text = column('text', 'string');
export const number = column('number', 'integer');
export const numberOrNull = column('number', 'any');
export const flag = column('number', 'flag');
export const limit = column('limit', 'any');

/** 0 and NULL as columns have them. */
export const ZERO = 'CAST(0 AS INTEGER)';
export const NOTHING = 'NULL';

/** What a function's description says of records of these columns. */
export function fieldsOf(columns: Columns, optional?: 'optional'): Fields {
  return Object.fromEntries(
    Object.entries(columns).map(([name, { field }]) => [
      name,
      optional === undefined ? field : { ...field, optional: true },
    ]),
  );
}

/** A record of these fields, as JSON. */
export function recordSql(columns: Columns, names: readonly string[]): string {
  const members = names.flatMap((name) => {
    const column = columns[name];
    if (column === undefined) return [];
    return `'${name}', ${column.kind === 'limit' ? `coalesce(${column.sql}, 'unlimited')` : column.sql}`;
  });
  return `json_object(${members.join(', ')})`;
}

export interface Condition {
  readonly where: string;
  readonly values: readonly SqlValue[];
}

export interface InSql {
  readonly filter: Condition;
  /** For an ORDER BY: never empty. */
  readonly order: string;
}

/** SQLite limits how deep an expression nests. */
const MOST_TERMS = 50;

/**
 * What is asked, in SQL; undefined where it can't be said there with the same meaning. `unique` are columns of the table
 * that no two rows have alike; the first of them gives the order of records that are equal otherwise.
 */
export function inSql(
  columns: Columns,
  unique: readonly [string, ...string[]],
  { filter, sort = [] }: Pick<MetaArguments, 'filter' | 'sort'>,
): InSql | undefined {
  const filters = (filter?.filters ?? []).map((one) => filterInSql(columns, one));
  const order = sort.map((key) => orderInSql(columns, key));
  if (filters.length > MOST_TERMS || order.length > MOST_TERMS) return undefined;
  if (![...filters, ...order].every((one) => one !== undefined)) return undefined;
  const conditions = filters as Condition[];
  const keys = [...(order as string[]), unique[0]];
  // Behind a key that is unique no other counts, and an index on it is enough.
  const decisive = sort.findIndex(
    ({ method, field }) => method === 'lexicographic' && unique.includes(columnOf(columns, field)?.sql ?? ''),
  );
  const end = decisive < 0 ? keys.length : decisive + 1;
  return {
    filter: {
      where: conditions.map(({ where }) => `(${where})`).join(' AND ') || 'TRUE',
      values: conditions.flatMap(({ values }) => values),
    },
    order: keys.slice(0, end).join(', '),
  };
}

function filterInSql(columns: Columns, filter: Filter): Condition | undefined {
  const column = columnOf(columns, filter.field);
  if (column === undefined || column.kind === 'list') return undefined;
  switch (filter.type) {
    case 'eq':
      return isBindable(filter.arg0) ? { where: `${asText(column)} = ?`, values: [filter.arg0] } : undefined;
    case 'contains':
    case 'begins': {
      const part = foldCase(filter.arg0);
      if (column.kind === 'text' || !isBindable(part)) return undefined;
      const folded = `upper(${asText(column)})`;
      return filter.type === 'contains'
        ? { where: `instr(${folded}, ?) > 0`, values: [part] }
        : { where: `substr(${folded}, 1, length(?)) = ?`, values: [part, part] };
    }
    default: {
      const value = asNumber(column);
      return value === undefined
        ? undefined
        : { where: numberTests[filter.type](value), values: [filter.arg0] };
    }
  }
}

const INFINITY = '9e999';

/** As `numberTests` of `core/shape.ts`; NULL matches nothing. */
const numberTests: Readonly<Record<NumberFilterType, (value: string) => string>> = {
  '==': (value) => `${value} = ?`,
  lt: (value) => `${value} < ?`,
  lt_equal: (value) => `${value} <= ?`,
  lt_handle_unlimited: (value) => `${value} < ?`,
  gt: (value) => `${value} > ? AND ${value} < ${INFINITY}`,
  gt_equal: (value) => `${value} >= ? AND ${value} < ${INFINITY}`,
  gt_handle_unlimited: (value) => `${value} > ?`,
};

/** SQLite's order of text is that of its bytes, and with it that of code points; NULL comes first. */
function orderInSql(columns: Columns, { field, method, reverse }: SortKey): string | undefined {
  const column = columnOf(columns, field);
  if (column === undefined || column.kind === 'list') return undefined;
  const key = sortKeys[method](column);
  if (key === undefined) return undefined;
  return reverse ? `${key} DESC` : key;
}

const sortKeys: Readonly<Record<SortMethod, (column: Column) => string | undefined>> = {
  lexicographic: asText,
  numeric: asNumber,
  numeric_zero_as_max: (column) => {
    const value = asNumber(column);
    return value === undefined ? undefined : `CASE ${value} WHEN 0 THEN ${INFINITY} ELSE ${value} END`;
  },
  ipv4: ({ kind, sql }) => (kind === 'address' ? ipv4(sql) : undefined),
};

/** The address as one number: a text is cast by the digits that it begins with. */
function ipv4(sql: string): string {
  const behindDot = (text: string) => `substr(${text}, instr(${text}, '.') + 1)`;
  const second = behindDot(sql);
  const third = behindDot(second);
  const parts = [sql, second, third, behindDot(third)];
  return parts.map((part, at) => `CAST(${part} AS INTEGER) * ${256 ** (3 - at)}`).join(' + ');
}

/** Not what every object has: `constructor` is no field. */
function columnOf(columns: Columns, field: string): Column | undefined {
  return Object.hasOwn(columns, field) ? columns[field] : undefined;
}

function asText({ kind, sql }: Column): string {
  if (kind === 'number') return `CAST(${sql} AS TEXT)`;
  return kind === 'limit' ? `coalesce(CAST(${sql} AS TEXT), 'unlimited')` : `(${sql})`;
}

/** undefined for text, which may hold what is no number. */
function asNumber({ kind, sql }: Column): string | undefined {
  if (kind === 'limit') return `coalesce(${sql}, ${INFINITY})`;
  return kind === 'number' ? `(${sql})` : undefined;
}

/** SQLite counts a text up to a NUL, and has no lone surrogates. */
function isBindable(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0');
}
