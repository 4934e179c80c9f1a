// Applies a call's `api.*` arguments to the list of its response: filter, then sort, then chunk, then columns.
// A model that filters, sorts or pages in SQL must return exactly the same lists.
// A field's value is read as text (filters contains, begins and eq, sort lexicographic), as a number, or as an IPv4
// address. A missing or null field matches no filter and sorts before all others. A list or hash read as text does the
// same. Any other value that cannot be read as a number or address is an error, and so is a list or hash.
import type { AnyFunction } from './define.ts';
import type { Metadata } from './envelope.ts';
import { listFields } from './list-fields.ts';
import { compareSortValues, compareText, foldCase, numberTests, sortValues, textOf } from './compare.ts';
import type { SortValue } from './compare.ts';
import { badMeta, describeValue, numberOf, firstTwelve } from './meta-values.ts';
import type { Chunk, Filter, MetaArguments, SortKey, TextFilterType } from './meta-arguments.ts';
import { nearest } from './nearest.ts';
import { anyOf, quote } from './quote.ts';
import { isHash } from './values.ts';
import type { Hash, Value } from './values.ts';

/** The counts of a list that a model filtered, sorted and paged itself, for `verbose`. */
export interface Counts {
  /** The number of records before filtering. */
  readonly filtered?: number | undefined;
  /** The number of records on all pages. */
  readonly records?: number | undefined;
}

/**
 * Returns a function's response with its list filtered, sorted and paged, and the metadata about that.
 * @throws ApiError `bad_meta`
 */
export function shapeAnswer(
  fn: AnyFunction,
  data: Hash,
  meta: MetaArguments,
  counts: Counts | undefined,
): { data: Hash; extra: Partial<Metadata> } {
  const items = fn.list === undefined ? undefined : data[fn.list];
  if (fn.list === undefined || !Array.isArray(items)) return { data, extra: {} };
  const shaped = shape(items, fn.list, meta, listFields(fn), counts);
  return { data: { ...data, [fn.list]: shaped.items }, extra: shaped.metadata };
}

/**
 * Returns the requested part of a list, and the requested metadata (`verbose`).
 * A list of plain values is treated as a list of records with one field, named like the list (`listKey`).
 * `declaredFields` are fields that the list may have even if no record has them. With `counts`, `items` are already
 * filtered, sorted and paged.
 * @throws ApiError `bad_meta`
 */
export function shape(
  items: readonly Value[],
  listKey: string,
  meta: MetaArguments,
  declaredFields?: readonly string[],
  counts?: Counts,
): { items: Value[]; metadata: Pick<Metadata, 'filter' | 'chunk'> } {
  checkFields(items, listKey, meta, declaredFields);
  const { kept, filtered, records } =
    counts === undefined ? select(items, listKey, meta) : { kept: items, ...counts };
  const metadata: Pick<Metadata, 'filter' | 'chunk'> = {};
  if (meta.filter?.verbose === true) metadata.filter = { filtered: filtered ?? items.length };
  if (meta.chunk?.verbose === true) metadata.chunk = describeChunk(meta.chunk, records ?? items.length);
  if (meta.columns === undefined) return { items: [...kept], metadata };
  const fields = meta.columns.map(({ field }) => field);
  return { items: kept.map((item) => pickColumns(item, fields)), metadata };
}

/** Filters, sorts and pages records. */
export function select<Item extends Value>(
  items: readonly Item[],
  listKey: string,
  { filter, sort, chunk }: MetaArguments,
): { kept: readonly Item[]; filtered: number; records: number } {
  const filters = filter?.filters ?? [];
  let kept = filters.reduce((left, one) => keepMatching(left, one, listKey), items);
  if (sort) kept = sortItems(kept, sort, listKey);
  const records = kept.length;
  return { kept: chunk ? takePage(kept, chunk) : kept, filtered: items.length, records };
}

function isAbsent(value: Value | undefined): value is null | undefined {
  return value === undefined || value === null;
}

/** Only a record's own properties are fields, so `constructor` and `__proto__` usually are not. */
function hasField(item: Value, field: string, listKey: string): boolean {
  return isHash(item) ? Object.hasOwn(item, field) : field === listKey;
}

function fieldOf(item: Value, field: string, listKey: string): Value | undefined {
  if (!hasField(item, field, listKey)) return undefined;
  return isHash(item) ? item[field] : item;
}

/**
 * Each filter gets the records that the filters before it kept. An unreadable value is an error only if a filter
 * reaches it.
 */
function keepMatching<Item extends Value>(items: readonly Item[], filter: Filter, listKey: string): Item[] {
  const matches = valueTest(filter);
  if (filter.field !== '*') return items.filter((item) => matches(fieldOf(item, filter.field, listKey)));
  return items.filter((item) => (isHash(item) ? Object.values(item).some(matches) : matches(item)));
}

function valueTest(filter: Filter): (value: Value | undefined) => boolean {
  switch (filter.type) {
    case 'contains':
    case 'begins':
    case 'eq':
      return textTest(filter.type, filter.arg0);
    default:
      return numberTest(filter, numberTests[filter.type], filter.arg0);
  }
}

/** Folds `arg0` once instead of once per record. */
function textTest(type: TextFilterType, arg0: string): (value: Value | undefined) => boolean {
  if (type === 'eq') return (value) => textOf(value) === arg0;
  const part = foldCase(arg0);
  return (value) => {
    const text = textOf(value);
    if (text === undefined) return false;
    return type === 'begins' ? foldCase(text).startsWith(part) : foldCase(text).includes(part);
  };
}

function numberTest(
  { argument, field }: Filter,
  test: (value: number, arg0: number) => boolean,
  arg0: number,
): (value: Value | undefined) => boolean {
  return (value) => {
    const number = numberOf(value);
    if (number !== undefined) return test(number, arg0);
    if (field === '*' || isAbsent(value)) return false;
    const remedy = `filter it with ${argument}.type contains, begins or eq`;
    throw badMeta([unreadable(argument, field, value, `a number; ${remedy}`)]);
  };
}

function unreadable(argument: string, field: string, value: Value, expected: string): string {
  return `${argument}.field ${describeValue(field)} holds ${describeValue(value)}, which is not ${expected}.`;
}

/**
 * The sort is stable. `reverse` inverts the whole order of a key, including absent values. Equal records keep their
 * order.
 */
function sortItems<Item extends Value>(
  items: readonly Item[],
  sort: readonly SortKey[],
  listKey: string,
): Item[] {
  const problems: string[] = [];
  const keys = sort.map((key) => ({
    values: readSortValues(items, key, listKey, problems),
    sign: key.reverse ? -1 : 1,
  }));
  if (problems.length > 0) throw badMeta(problems);
  const order = [...items.keys()].sort((a, b) => {
    for (const { values, sign } of keys) {
      const difference = compareSortValues(values[a], values[b]);
      if (difference !== 0) return difference * sign;
    }
    return 0;
  });
  return order.map((index) => items[index] as Item);
}

/** Returns one key's value for every record. Throws at the first value that cannot be read. */
function readSortValues(
  items: readonly Value[],
  key: SortKey,
  listKey: string,
  problems: string[],
): SortValue[] {
  const { argument, field, method } = key;
  const read = sortValues[method];
  const values: SortValue[] = [];
  for (const item of items) {
    const value = fieldOf(item, field, listKey);
    const sortValue = read(value);
    if (sortValue === undefined && !isAbsent(value) && method !== 'lexicographic') {
      const expected = method === 'ipv4' ? 'an IPv4 address' : 'a number';
      const remedy = `sort by it with ${argument}.method=lexicographic`;
      problems.push(unreadable(argument, field, value, `${expected}; ${remedy}`));
      break;
    }
    values.push(sortValue);
  }
  return values;
}

/** A start past the end gives an empty page. */
function takePage<Item>(items: readonly Item[], { start, size }: Chunk): readonly Item[] {
  return size === null ? items : items.slice(start - 1, start - 1 + size);
}

/** An empty list is one empty page. */
function describeChunk({ start, size }: Chunk, records: number): NonNullable<Metadata['chunk']> {
  if (size === null) return { records, size: records, start, current: 1, chunks: 1 };
  const current = Math.floor((start - 1) / size) + 1;
  return { records, size, start, current, chunks: Math.max(1, Math.ceil(records / size)) };
}

/** A column that a record lacks is omitted. */
function pickColumns(item: Value, fields: readonly string[]): Value {
  if (!isHash(item)) return item;
  // An assignment to `__proto__` would set the prototype.
  return Object.fromEntries(
    fields.filter((field) => Object.hasOwn(item, field)).map((field) => [field, item[field] ?? null]),
  );
}

/** Throws unless every requested field is declared by the list or occurs in a record. */
function checkFields(
  items: readonly Value[],
  listKey: string,
  meta: MetaArguments,
  declared: readonly string[] | undefined,
): void {
  const problems: string[] = [];
  const hasColumns = items.every(isHash);
  if (meta.columns && !hasColumns) {
    const why = `“${listKey}” is a list of plain values and has no columns`;
    problems.push(`api.columns.enable “1” cannot be applied: ${why}; leave it out.`);
  }
  // If the list is empty and declares no fields, any field may be valid.
  if (items.length > 0 || declared !== undefined) {
    const isUnknown = ({ field }: { field: string }): boolean =>
      declared?.includes(field) !== true && !items.some((item) => hasField(item, field, listKey));
    const unknown = namedFields(meta, hasColumns).filter(isUnknown);
    const known = unknown.length > 0 ? knownFields(items, listKey, declared) : [];
    const remedy = known.length === 0 ? 'it has none' : `use ${anyOf(firstTwelve(known))}`;
    for (const { name, field } of unknown) {
      const [similar] = nearest(field, known, 1);
      const hint = similar === undefined ? '' : ` Did you mean ${quote(similar)}?`;
      problems.push(`${name} ${describeValue(field)} is not a field of this list; ${remedy}.${hint}`);
    }
  }
  if (problems.length > 0) throw badMeta(problems);
}

/** Returns the fields that arguments name, each with the full name of its argument. */
function namedFields({ filter, sort = [], columns = [] }: MetaArguments, hasColumns: boolean) {
  const compared = [...(filter?.filters ?? []), ...sort].filter(({ field }) => field !== '*');
  return [
    ...compared.map(({ argument, field }) => ({ name: `${argument}.field`, field })),
    ...(hasColumns ? columns.map(({ argument, field }) => ({ name: argument, field })) : []),
  ];
}

/** Returns the fields that are declared or occur in a record, in order. */
function knownFields(items: readonly Value[], listKey: string, declared: readonly string[] = []): string[] {
  const known = new Set(declared);
  for (const item of items) {
    for (const field of isHash(item) ? Object.keys(item) : [listKey]) known.add(field);
  }
  return [...known].sort(compareText);
}
