// Filters, sorts and pages a list in SQL, if the result is exactly the same as that of `core/shape.ts` in memory.
// Fields are expressions over a table. Their kinds determine how their values are compared.
import type { Db, SqlValue } from '../../core/context.ts';
import type { Dialect } from '../../core/dialect.ts';
import type { Field, Fields } from '../../core/define.ts';
import type {
  Filter,
  MetaArguments,
  NumberFilterType,
  SortKey,
  SortMethod,
} from '../../core/meta-arguments.ts';
import { foldCase } from '../../core/compare.ts';

/** An SQL expression, or a function that builds it for a kind of database. */
export type Sql = string | ((dialect: Dialect) => string);

/** A field of a list. */
export interface Column {
  /**
   * NULL means null or, for a limit, “unlimited”. Never a bare number, because ORDER BY would treat it as a column's
   * position.
   */
  readonly sql: Sql;
  /**
   * `word`: ASCII text, whose case SQLite folds as JavaScript does. `address`: a word that is always an IPv4 address.
   * `number`: an integer. `digits`: an integer that records contain as text. `list`: JSON.
   */
  readonly kind: 'word' | 'address' | 'text' | 'number' | 'digits' | 'limit' | 'list';
  readonly field: Field;
}
export type Columns = Readonly<Record<string, Column>>;

const column =
  (kind: Column['kind'], type: 'string' | 'string|null' | 'integer' | 'flag' | 'any') =>
  (sql: Sql, doc: string): Column => ({ sql, kind, field: { type, doc } });

export const word = column('word', 'string');
export const wordOrNull = column('word', 'string|null');
export const address = column('address', 'string');
export const text = column('text', 'string');
export const number = column('number', 'integer');
export const digits = column('digits', 'string');
export const numberOrNull = column('number', 'any');
export const flag = column('number', 'flag');
export const limit = column('limit', 'any');

/** 0 and NULL as column expressions. */
export const ZERO = 'CAST(0 AS INTEGER)';
export const NOTHING = 'CAST(NULL AS INTEGER)';

/** Returns the fields of these columns for a function's description. */
export function fieldsOf(columns: Columns, optional?: 'optional'): Fields {
  return Object.fromEntries(
    Object.entries(columns).map(([name, { field }]) => [
      name,
      optional === undefined ? field : { ...field, optional: true },
    ]),
  );
}

/** Builds the SQL of a JSON record with these fields. */
export function recordSql(dialect: Dialect, columns: Columns, names: readonly string[]): string {
  const members = names.flatMap((name) => {
    const column = columns[name];
    if (column === undefined) return [];
    const sql = sqlOf(column, dialect);
    if (column.kind === 'limit') return [[name, dialect.jsonOrText(sql, 'unlimited')] as const];
    return [[name, column.kind === 'digits' ? asText(column, dialect) : sql] as const];
  });
  return dialect.jsonObject(members);
}

function sqlOf({ sql }: Column, dialect: Dialect): string {
  return typeof sql === 'string' ? sql : sql(dialect);
}

export interface Condition {
  readonly where: string;
  readonly values: readonly SqlValue[];
}

export interface InSql {
  readonly filter: Condition;
  /** For an ORDER BY. Never empty. */
  readonly order: string;
}

/** SQLite limits the depth of expressions. */
const MAX_TERMS = 50;

/**
 * Translates filters and sort keys to SQL. Undefined if SQL cannot express them exactly. `columns` are all fields of the
 * records. `unique` are columns of the table without duplicates. `order` determines the order of otherwise equal records.
 */
export function inSql(
  db: Pick<Db, 'dialect' | 'addTest'>,
  columns: Columns,
  { unique, order: last }: { readonly unique: readonly string[]; readonly order: string },
  { filter, sort = [] }: Pick<MetaArguments, 'filter' | 'sort'>,
): InSql | undefined {
  const { dialect } = db;
  const filters = (filter?.filters ?? []).map((one) => filterInSql(db, columns, one));
  const order = sort.map((key) => orderInSql(dialect, columns, key));
  if (filters.length > MAX_TERMS || order.length > MAX_TERMS) return undefined;
  if (![...filters, ...order].every((one) => one !== undefined)) return undefined;
  const conditions = filters as Condition[];
  const keys = [...(order as string[]), last];
  // Keys after a unique key have no effect. Without them, an index on the unique key suffices.
  const decisive = sort.findIndex(({ method, field }) => {
    const sql = columnOf(columns, field)?.sql;
    return method === 'lexicographic' && typeof sql === 'string' && unique.includes(sql);
  });
  const end = decisive < 0 ? keys.length : decisive + 1;
  return {
    filter: {
      where: conditions.map(({ where }) => `(${where})`).join(' AND ') || 'TRUE',
      values: conditions.flatMap(({ values }) => values),
    },
    order: keys.slice(0, end).join(', '),
  };
}

function filterInSql(
  db: Pick<Db, 'dialect' | 'addTest'>,
  columns: Columns,
  filter: Filter,
): Condition | undefined {
  if (filter.field === '*') return anyInSql(db, columns, filter);
  const column = columnOf(columns, filter.field);
  if (column === undefined || column.kind === 'list') return undefined;
  const { dialect } = db;
  switch (filter.type) {
    case 'eq':
      return isBindable(filter.arg0)
        ? { where: `${asText(column, dialect)} = ?`, values: [filter.arg0] }
        : undefined;
    case 'contains':
    case 'begins':
      return foldedInSql(db, column, filter.type, foldCase(filter.arg0));
    default: {
      const value = asNumber(column, dialect);
      return value === undefined
        ? undefined
        : { where: numberTests[filter.type](value, dialect.infinity), values: [filter.arg0] };
    }
  }
}

/** Any field. Only texts: a text of any field can be a number. */
function anyInSql(
  db: Pick<Db, 'dialect' | 'addTest'>,
  columns: Columns,
  filter: Filter,
): Condition | undefined {
  if (filter.type !== 'eq' && filter.type !== 'contains' && filter.type !== 'begins') return undefined;
  const names = Object.keys(columns).filter((name) => columns[name]?.kind !== 'list');
  const each = names.map((field) => filterInSql(db, columns, { ...filter, field }));
  if (!each.every((one) => one !== undefined) || each.length > MAX_TERMS) return undefined;
  return {
    where: each.map(({ where }) => `(${where})`).join(' OR ') || 'FALSE',
    values: each.flatMap(({ values }) => values),
  };
}

/** Whether a field contains or begins with a text that is folded already. */
function foldedInSql(
  db: Pick<Db, 'dialect' | 'addTest'>,
  column: Column,
  type: 'contains' | 'begins',
  part: string,
): Condition | undefined {
  if (!isBindable(part)) return undefined;
  const { dialect } = db;
  const value = asText(column, dialect);
  if (ASCII.test(part)) {
    const folded = column.kind === 'text' ? foldedText(value, dialect) : `upper(${value})`;
    return type === 'contains'
      ? { where: `${dialect.position(folded, '?')} > 0`, values: [part] }
      : { where: `substr(${folded}, 1, length(CAST(? AS TEXT))) = ?`, values: [part, part] };
  }
  // Capitals of ASCII are ASCII.
  if (column.kind !== 'text') return { where: 'FALSE', values: [] };
  const test = db.addTest?.((text) =>
    type === 'begins' ? foldCase(text).startsWith(part) : foldCase(text).includes(part),
  );
  return test === undefined
    ? undefined
    : {
        where: `octet_length(${value}) > length(${value}) AND passes_test(${test}, ${value}) = 1`,
        values: [],
      };
}

const ASCII = /^[\0-\x7f]*$/;

/** The other characters whose capitals have letters of ASCII, and those. */
export const ASCII_CAPITALS: Readonly<Record<string, string>> = {
  ...{
    ß: 'SS',
    ŉ: 'ʼN',
    ı: 'I',
    ſ: 'S',
    ǰ: 'J\u030c',
    ẖ: 'H\u0331',
    ẗ: 'T\u0308',
    ẘ: 'W\u030a',
    ẙ: 'Y\u030a',
    ẚ: 'Aʾ',
  },
  ...{ ﬀ: 'FF', ﬁ: 'FI', ﬂ: 'FL', ﬃ: 'FFI', ﬄ: 'FFL', ﬅ: 'ST', ﬆ: 'ST' },
};

/** A text in which a text of ASCII is found exactly if it is in the folded one. */
function foldedText(text: string, dialect: Dialect): string {
  const replaced = Object.entries(ASCII_CAPITALS).reduce(
    (sql, [letter, capital]) => `replace(${sql}, '${letter}', '${capital}')`,
    text,
  );
  const upper = (sql: string) => `upper(${dialect.byBytes(sql)})`;
  return `CASE WHEN octet_length(${text}) > length(${text}) THEN ${upper(replaced)} ELSE ${upper(text)} END`;
}

const GIVEN = 'CAST(? AS DOUBLE PRECISION)';

/** Like `numberTests` of `core/compare.ts`. NULL matches nothing. */
const numberTests: Readonly<Record<NumberFilterType, (value: string, infinity: string) => string>> = {
  '==': (value) => `${value} = ${GIVEN}`,
  lt: (value) => `${value} < ${GIVEN}`,
  lt_equal: (value) => `${value} <= ${GIVEN}`,
  lt_handle_unlimited: (value) => `${value} < ${GIVEN}`,
  gt: (value, infinity) => `${value} > ${GIVEN} AND ${value} < ${infinity}`,
  gt_equal: (value, infinity) => `${value} >= ${GIVEN} AND ${value} < ${infinity}`,
  gt_handle_unlimited: (value) => `${value} > ${GIVEN}`,
};

/** NULL sorts first. */
function orderInSql(
  dialect: Dialect,
  columns: Columns,
  { field, method, reverse }: SortKey,
): string | undefined {
  const column = columnOf(columns, field);
  if (column === undefined || column.kind === 'list') return undefined;
  const key = sortKeys[method](column, dialect);
  if (key === undefined) return undefined;
  return reverse ? `${key} DESC NULLS LAST` : `${key} NULLS FIRST`;
}

const sortKeys: Readonly<Record<SortMethod, (column: Column, dialect: Dialect) => string | undefined>> = {
  lexicographic: (column, dialect) => dialect.byBytes(asText(column, dialect)),
  numeric: (column, dialect) =>
    column.kind === 'address' ? addressNumber(column, dialect) : asNumber(column, dialect),
  numeric_zero_as_max: (column, dialect) => {
    const value = asNumber(column, dialect);
    return value === undefined
      ? undefined
      : `CASE ${value} WHEN 0 THEN ${dialect.infinity} ELSE ${value} END`;
  },
  ipv4: addressNumber,
};

function addressNumber(column: Column, dialect: Dialect): string | undefined {
  return column.kind === 'address' ? dialect.ipv4(sqlOf(column, dialect)) : undefined;
}

/** Only own properties count, so `constructor` is not a field. */
function columnOf(columns: Columns, field: string): Column | undefined {
  return Object.hasOwn(columns, field) ? columns[field] : undefined;
}

function asText(column: Column, dialect: Dialect): string {
  const { kind } = column;
  const sql = sqlOf(column, dialect);
  if (kind === 'number' || kind === 'digits') return `CAST(${sql} AS TEXT)`;
  return kind === 'limit' ? `coalesce(CAST(${sql} AS TEXT), 'unlimited')` : `(${sql})`;
}

/** Returns undefined for text, which may contain values that are not numbers. */
function asNumber(column: Column, dialect: Dialect): string | undefined {
  const { kind } = column;
  const sql = sqlOf(column, dialect);
  if (kind === 'limit') return `coalesce(${sql}, ${dialect.infinity})`;
  return kind === 'number' || kind === 'digits' ? `(${sql})` : undefined;
}

/** SQLite ends a text at a NUL, PostgreSQL rejects NUL, and neither supports lone surrogates. */
function isBindable(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0');
}
