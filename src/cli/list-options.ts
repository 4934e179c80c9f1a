// Translates --fields, --filter and --sort to `api.*` arguments of a list.
import type { RawArgument } from '../core/context.ts';
import type { AnyFunction } from '../core/define.ts';
import { fieldOf } from '../core/list-fields.ts';
import { quote } from '../core/quote.ts';
import type { CommandLine } from './options.ts';
import { UsageError } from './usage-error.ts';

const filterTypes: Readonly<Record<string, string>> = {
  '=': 'eq',
  '~': 'contains',
  '^': 'begins',
  '<': 'lt',
  '<=': 'lt_equal',
  '>': 'gt',
  '>=': 'gt_equal',
};

function hasListOptions({ fields, filters, sort }: CommandLine): boolean {
  return fields !== undefined || filters.length > 0 || sort !== undefined;
}

/** Returns the names in --fields, in order. Undefined if it is not given. @throws UsageError */
export function wantedFields({ fields }: Pick<CommandLine, 'fields'>): string[] | undefined {
  return fields === undefined ? undefined : namesIn(fields, '--fields');
}

/**
 * `fn` is undefined for a function that is not known here. The server then decides whether it returns a list.
 * @throws UsageError if the function returns no list, or an option conflicts with the others or with `given`.
 */
export function listArguments(
  line: CommandLine,
  fn: AnyFunction | undefined,
  given: readonly RawArgument[],
): RawArgument[] {
  if (!hasListOptions(line)) return [];
  if (fn !== undefined && fn.list === undefined) {
    throw new UsageError(`${quote(fn.name)} does not return a list: omit --fields, --filter and --sort.`);
  }
  const columns = wantedFields(line);
  return [
    ...columnArguments(columns, given),
    ...filterArguments(line.filters, given),
    ...sortArguments(line.sort, columns, fn, given),
  ];
}

function columnArguments(
  columns: readonly string[] | undefined,
  given: readonly RawArgument[],
): RawArgument[] {
  if (columns === undefined) return [];
  assertNotBoth('--fields', 'api.columns.', given);
  return enabled(
    'columns',
    columns.map((name, at) => ({ name: `api.columns.${keyAt(at)}`, value: name })),
  );
}

function filterArguments(filters: readonly string[], given: readonly RawArgument[]): RawArgument[] {
  if (filters.length === 0) return [];
  assertNotBoth('--filter', 'api.filter.', given);
  const parts = filters.flatMap((text, at) => {
    const [, field = '', operator = '', value = ''] = /^([^=~^<>]+)(<=|>=|[=~^<>])([^]*)$/.exec(text) ?? [];
    const type = filterTypes[operator];
    if (type === undefined) {
      throw new UsageError(
        'Invalid --filter: use FIELD=VALUE (equal), FIELD~TEXT (contains), FIELD^TEXT (begins with), or FIELD<NUMBER and FIELD>NUMBER.',
      );
    }
    const key = `api.filter.${keyAt(at)}`;
    return [
      { name: `${key}.field`, value: field.trim() },
      { name: `${key}.type`, value: type },
      { name: `${key}.arg0`, value },
    ];
  });
  return enabled('filter', parts);
}

function sortArguments(
  sort: string | undefined,
  columns: readonly string[] | undefined,
  fn: AnyFunction | undefined,
  given: readonly RawArgument[],
): RawArgument[] {
  if (sort === undefined) return [];
  assertNotBoth('--sort', 'api.sort.', given);
  const parts = namesIn(sort, '--sort').flatMap((word, at) => {
    const [, minus = '', field = '', method] = /^(-?)([^:]*)(?::(\w+))?$/.exec(word) ?? [];
    if (field === '') throw new UsageError('Invalid --sort: use FIELD, or -FIELD for descending order.');
    if (columns !== undefined && !columns.includes(field)) {
      throw new UsageError(`--sort names ${quote(field)}, which --fields leaves out. Add it to --fields.`);
    }
    const key = `api.sort.${keyAt(at)}`;
    return [
      { name: `${key}.field`, value: field },
      { name: `${key}.method`, value: method ?? methodFor(fn, field) },
      { name: `${key}.reverse`, value: minus === '' ? '0' : '1' },
    ];
  });
  return enabled('sort', parts);
}

/** Values are compared as numbers if the function’s description says that they are numbers. */
function methodFor(fn: AnyFunction | undefined, name: string): string {
  const field = fn === undefined ? undefined : fieldOf(fn, name);
  const isNumber =
    field !== undefined && 'type' in field && ['integer', 'number', 'flag'].includes(field.type);
  return isNumber ? 'numeric' : 'lexicographic';
}

function namesIn(text: string, option: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes(''))
    throw new UsageError(`Invalid ${option}: use field names with commas between them.`);
  return [...new Set(names)];
}

function assertNotBoth(option: string, prefix: string, given: readonly RawArgument[]): void {
  if (given.some(({ name }) => name.startsWith(prefix))) {
    throw new UsageError(`Use either ${option} or the arguments ${prefix}*, not both.`);
  }
}

function enabled(feature: string, parts: readonly RawArgument[]): RawArgument[] {
  return [{ name: `api.${feature}.enable`, value: '1' }, ...parts];
}

/** Returns the keys a to z, then za to zz, zza and so on. */
function keyAt(at: number): string {
  return 'z'.repeat(Math.floor(at / 26)) + String.fromCharCode('a'.charCodeAt(0) + (at % 26));
}
