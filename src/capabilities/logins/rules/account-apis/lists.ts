// The list options of UAPI (`api.filter_column`) and API 2 (`api2_filter_column`): filter, sort, page and columns of
// the list in a response. Unlike those of WHM API 1 (`meta-arguments.ts`), an unknown column is no error: it is empty
// in every row. The names and types are those of the documentation of UAPI.
import {
  compareSortValues,
  compareText,
  foldCase,
  numberTests,
  sortValues,
  textOf,
} from '../../../../core/compare.ts';
import type { RawArgument } from '../../../../core/context.ts';
import { badMeta, describeValue, numberOf } from '../../../../core/meta-values.ts';
import { anyOf } from '../../../../core/quote.ts';
import { matcher } from '../../../../ground/rules/regular-expression.ts';
import { isHash, type Value } from '../../../../core/values.ts';

type Test = (text: string | undefined, term: string) => boolean;

function numberTest(type: 'lt' | 'lt_handle_unlimited' | 'gt' | 'gt_handle_unlimited'): Test {
  return (text, term) => {
    const [value, bound] = [numberOf(text), numberOf(term)];
    return value !== undefined && bound !== undefined && numberTests[type](value, bound);
  };
}

const tests: Readonly<Record<string, Test>> = {
  contains: (text, term) => text !== undefined && foldCase(text).includes(foldCase(term)),
  begins: (text, term) => text !== undefined && foldCase(text).startsWith(foldCase(term)),
  ends: (text, term) => text !== undefined && foldCase(text).endsWith(foldCase(term)),
  eq: (text, term) => text === term,
  ne: (text, term) => text !== term,
  lt: numberTest('lt'),
  lt_handle_unlimited: numberTest('lt_handle_unlimited'),
  gt: numberTest('gt'),
  gt_handle_unlimited: numberTest('gt_handle_unlimited'),
  defined: (text) => text !== undefined,
  undefined: (text) => text === undefined,
};

const sortMethods = ['lexicographic', 'numeric', 'numeric_zero_as_max', 'ipv4'] as const;
type SortMethod = (typeof sortMethods)[number];
const MAX_KEYS = 26;

interface Filter {
  readonly column: string;
  readonly matches: (text: string | undefined) => boolean;
}

interface SortKey {
  readonly column: string;
  readonly method: SortMethod;
  readonly isReversed: boolean;
}

/** The options that a call sets for its list. */
export interface ListOptions {
  readonly filters: readonly Filter[];
  readonly sort: readonly SortKey[];
  /** `start` counts from 1. A size of null means all rows. */
  readonly page: { readonly start: number; readonly size: number | null } | undefined;
  readonly columns: readonly string[];
}

/** The metadata about the list, in UAPI's form. */
export interface ListMetadata {
  transformed?: 1;
  filter?: { records_before_filter: number };
  paginate?: {
    total_pages: number;
    total_results: number;
    current_page: number;
    results_per_page: number;
    start_result: number;
  };
}

const DEFAULT_SIZE = 20;

/**
 * Reads the options of a call. Several filters or sort keys have `_0`, `_1` … at the end of their names; the columns of
 * API 2 have `_a`, `_b` …. An option works with or without the flag that enables it (`api.filter=1`), because clients
 * omit it; `api.filter=0` disables it.
 * @returns undefined if the call sets no options.
 * @throws ApiError `bad_meta`
 */
export async function readListOptions(
  args: readonly RawArgument[],
  prefix: string,
): Promise<ListOptions | undefined> {
  const given = new Map<string, string>();
  for (const { name, value } of args) {
    if (name.startsWith(prefix))
      given.set(name.slice(prefix.length), typeof value === 'object' ? '' : String(value));
  }
  if (given.size === 0) return undefined;
  const problems: string[] = [];
  const isOn = (feature: string) => given.get(feature) !== '0';
  const options = {
    filters: isOn('filter') ? await readFilters(given, prefix, problems) : [],
    sort: isOn('sort') ? readSort(given, prefix, problems) : [],
    page: isOn('paginate') ? readPage(given, prefix, problems) : undefined,
    columns: isOn('columns') ? valuesOf(given, 'columns').map(([, value]) => value) : [],
  };
  if (problems.length > 0) throw badMeta(problems);
  return options;
}

/** The values of `NAME`, `NAME_0` …, with what their names end in, in the order of the names. */
function valuesOf(given: ReadonlyMap<string, string>, name: string): [suffix: string, value: string][] {
  return [...given]
    .filter(
      ([key]) => key === name || /^_[a-z\d]{1,3}$/.test(key.startsWith(name) ? key.slice(name.length) : ''),
    )
    .filter(([key]) => name !== 'columns' || key !== name)
    .map(([key, value]): [string, string] => [key.slice(name.length), value])
    .sort(([a], [b]) => a.length - b.length || compareText(a, b))
    .slice(0, MAX_KEYS);
}

async function readFilters(
  given: ReadonlyMap<string, string>,
  prefix: string,
  problems: string[],
): Promise<Filter[]> {
  const filters: Filter[] = [];
  for (const [suffix, column] of valuesOf(given, 'filter_column')) {
    const type = given.get(`filter_type${suffix}`) ?? 'contains';
    const term = given.get(`filter_term${suffix}`) ?? '';
    const test = tests[type];
    if (type === 'matches') {
      const isMatch = await matcher(`${prefix}filter_term${suffix}`, term);
      filters.push({ column, matches: (text) => text !== undefined && isMatch(text) });
    } else if (test === undefined || !Object.hasOwn(tests, type)) {
      const types = anyOf([...Object.keys(tests), 'matches']);
      problems.push(`${prefix}filter_type${suffix} ${describeValue(type)} is not valid: use ${types}.`);
    } else if (/^[lg]t/.test(type) && numberOf(term) === undefined) {
      problems.push(
        `${prefix}filter_term${suffix} ${describeValue(term)} should be a number, because of the type ${type}.`,
      );
    } else {
      filters.push({ column, matches: (text) => test(text, term) });
    }
  }
  return filters;
}

function readSort(given: ReadonlyMap<string, string>, prefix: string, problems: string[]): SortKey[] {
  return valuesOf(given, 'sort_column').map(([suffix, column]) => {
    const asked = given.get(`sort_method${suffix}`) ?? 'lexicographic';
    // The spelling that cPanel’s own Node.js client sends.
    const method = asked === 'ipv_4' ? 'ipv4' : asked;
    if (!(sortMethods as readonly string[]).includes(method)) {
      problems.push(
        `${prefix}sort_method${suffix} ${describeValue(method)} is not valid: use ${anyOf(sortMethods)}.`,
      );
    }
    return { column, method: method as SortMethod, isReversed: given.get(`sort_reverse${suffix}`) === '1' };
  });
}

function readPage(
  given: ReadonlyMap<string, string>,
  prefix: string,
  problems: string[],
): ListOptions['page'] {
  const numberIn = (name: string) => {
    const text = given.get(name);
    if (text === undefined) return undefined;
    if (/^-?\d{1,9}$/.test(text)) return Number(text);
    problems.push(`${prefix}${name} ${describeValue(text)} should be a number.`);
    return undefined;
  };
  const [start, size, page] = [
    numberIn('paginate_start'),
    numberIn('paginate_size'),
    numberIn('paginate_page'),
  ];
  if (start === undefined && size === undefined && page === undefined && given.get('paginate') !== '1') {
    return undefined;
  }
  // Clients ask for all rows this way.
  if (start === -1) return { start: 1, size: null };
  const rows = size === undefined || size <= 0 ? DEFAULT_SIZE : size;
  return {
    start: page !== undefined && page > 0 ? (page - 1) * rows + 1 : Math.max(1, start ?? 1),
    size: rows,
  };
}

/** Applies the options to a list: filter, then sort, then page, then columns. */
export function applyListOptions(
  items: readonly Value[],
  { filters, sort, page, columns }: ListOptions,
): { readonly items: Value[]; readonly metadata: ListMetadata } {
  const metadata: ListMetadata = { transformed: 1 };
  let kept = [...items];
  if (filters.length > 0) {
    metadata.filter = { records_before_filter: items.length };
    kept = kept.filter((item) => filters.every((filter) => isKept(item, filter)));
  }
  if (sort.length > 0) kept = sorted(kept, sort);
  if (page !== undefined) {
    metadata.paginate = describePage(page, kept.length);
    if (page.size !== null) kept = kept.slice(page.start - 1, page.start - 1 + page.size);
  }
  if (columns.length > 0) kept = kept.map((item) => withColumns(item, columns));
  return { items: kept, metadata };
}

function isKept(item: Value, { column, matches }: Filter): boolean {
  if (column === '*' && isHash(item)) return Object.values(item).some((value) => matches(textOf(value)));
  return matches(textOf(valueOf(item, column)));
}

/** A row that is a plain value has one column, whatever its name. */
function valueOf(item: Value, column: string): Value | undefined {
  if (!isHash(item)) return item;
  return Object.hasOwn(item, column) ? item[column] : undefined;
}

/** A stable sort. Values that cannot be read by the method come first, in their order. */
function sorted(items: readonly Value[], sort: readonly SortKey[]): Value[] {
  const keyed = items.map((item) => ({
    item,
    keys: sort.map(({ column, method }) => sortValues[method](valueOf(item, column))),
  }));
  keyed.sort((a, b) => {
    for (const [at, { isReversed }] of sort.entries()) {
      const order = compareSortValues(a.keys[at], b.keys[at]);
      if (order !== 0) return isReversed ? -order : order;
    }
    return 0;
  });
  return keyed.map(({ item }) => item);
}

function describePage(
  { start, size }: NonNullable<ListOptions['page']>,
  total: number,
): NonNullable<ListMetadata['paginate']> {
  const rows = size ?? Math.max(1, total);
  return {
    total_pages: Math.max(1, Math.ceil(total / rows)),
    total_results: total,
    current_page: Math.floor((start - 1) / rows) + 1,
    results_per_page: rows,
    start_result: start,
  };
}

function withColumns(item: Value, columns: readonly string[]): Value {
  if (!isHash(item)) return item;
  const chosen = columns.filter((column) => Object.hasOwn(item, column));
  // An assignment to `__proto__` would set the prototype.
  return Object.fromEntries<Value>(chosen.map((column) => [column, item[column] ?? null]));
}
