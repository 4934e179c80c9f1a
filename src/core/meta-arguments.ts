// Reads the `api.*` arguments of a call, which filter, sort and page its list and select columns (`shape.ts` applies
// them). Checks everything that does not depend on the list: names, flags, numbers, and which arguments belong
// together.
import type { RawArgument } from './context.ts';
import { badMeta, firstTwelve, describeValue, numberOf } from './meta-values.ts';
import { anyOf, quote } from './quote.ts';
import type { Json } from './values.ts';

export const textFilterTypes = ['contains', 'begins', 'eq'] as const;
export const numberFilterTypes = [
  '==',
  'lt',
  'lt_equal',
  'lt_handle_unlimited',
  'gt',
  'gt_equal',
  'gt_handle_unlimited',
] as const;
export const sortMethods = ['lexicographic', 'numeric', 'numeric_zero_as_max', 'ipv4'] as const;
export type TextFilterType = (typeof textFilterTypes)[number];
export type NumberFilterType = (typeof numberFilterTypes)[number];
/** The spelling that cPanel’s own Node.js client sends. */
const sortMethodAliases: Readonly<Record<string, SortMethod>> = { ipv_4: 'ipv4' };
export type SortMethod = (typeof sortMethods)[number];

/** An argument that names a field. `argument` is its prefix, such as `api.filter.a`. */
interface Asked {
  readonly argument: string;
  readonly field: string;
}

/** A filter. The field `*` means any field. An `arg0` of `unlimited` is Infinity, for the types that can compare it. */
export type Filter = Asked &
  (
    | { readonly type: TextFilterType; readonly arg0: string }
    | { readonly type: NumberFilterType; readonly arg0: number }
  );

export interface SortKey extends Asked {
  readonly method: SortMethod;
  readonly reverse: boolean;
}

export interface Chunk {
  /** The number of the first record, counted from 1. */
  readonly start: number;
  /** The number of records on a page. Null: all records are on one page (`api.chunk.start=-1`). */
  readonly size: number | null;
  readonly verbose: boolean;
}

/**
 * The options that a call sets for its list. A part is absent if its `api.*.enable` is absent. Lists are in key order.
 */
export interface MetaArguments {
  readonly filter?: { readonly filters: readonly Filter[]; readonly verbose: boolean };
  readonly sort?: readonly SortKey[];
  readonly chunk?: Chunk;
  readonly columns?: readonly Asked[];
}

const features = ['filter', 'sort', 'chunk', 'columns'] as const;
type Feature = (typeof features)[number];

/**
 * The valid names. Keys are a to z, then za to zz, zza and so on, so that alphabetical order is their order.
 * Older documents write a filter or sort without a key (`api.sort.field`): it comes before a.
 */
const known: Readonly<Record<Feature, { readonly names: RegExp; readonly inWords: string }>> = {
  filter: {
    names: /^api\.filter\.(?:enable|verbose|(?:z*[a-z]\.)?(?:field|arg0|type))$/,
    inWords: 'enable, verbose, a.field, a.arg0 and a.type',
  },
  sort: {
    names: /^api\.sort\.(?:enable|verbose|(?:z*[a-z]\.)?(?:field|method|reverse))$/,
    inWords: 'enable, verbose, a.field, a.method and a.reverse',
  },
  chunk: {
    names: /^api\.chunk\.(?:enable|verbose|size|start)$/,
    inWords: 'enable, verbose, size and start',
  },
  columns: { names: /^api\.columns\.(?:enable|z*[a-z])$/, inWords: 'enable, a, b, c and so on' },
};

/**
 * Reads a call's `api.*` arguments. The caller has already removed `api.version`. All problems are reported at once.
 * Unknown names, and arguments of a feature that is not enabled, only cause warnings, because scripts that send too
 * much must keep working.
 * @throws ApiError `bad_meta`
 */
export function readMetaArguments(args: readonly RawArgument[]): { meta: MetaArguments; warnings: string[] } {
  const problems = new Set<string>();
  const { slots, unknown } = groupArguments(args, problems);
  const warnings = [...unknown];
  const slotsOf = (feature: Feature): Slots => findSlots(feature, slots, problems);
  const isOn = (feature: Feature): boolean => isEnabled(slotsOf(feature), warnings);
  const meta: MetaArguments = {
    ...(isOn('filter') && { filter: readFilter(slotsOf('filter'), warnings) }),
    ...(isOn('sort') && { sort: readSort(slotsOf('sort'), warnings) }),
    ...(isOn('chunk') && { chunk: readChunk(slotsOf('chunk')) }),
    ...(isOn('columns') && readColumns(slotsOf('columns'), warnings)),
  };
  for (const sentence of findSortsOutsideColumns(meta)) problems.add(sentence);
  // An unknown name is often the reason why another is missing, so an error includes the unknown names.
  if (problems.size > 0) throw badMeta([...problems, ...unknown]);
  return { meta, warnings };
}

/** `a`, `a and b`, `a, b and 4 more`. */
function allOf(words: readonly string[]): string {
  const shown = firstTwelve(words);
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/** Groups the arguments by feature. `unknown` has a sentence for each feature, and one for names of no feature. */
function groupArguments(args: readonly RawArgument[], problems: Set<string>) {
  const slots = new Map<string, Slot>();
  const unknown = new Map<Feature | undefined, Set<string>>();
  for (const { name, value } of args) {
    const feature = features.find((each) => name.startsWith(`api.${each}.`));
    if (feature !== undefined && known[feature].names.test(name)) {
      const end = name.lastIndexOf('.');
      const argument = name.slice(0, end);
      const slot = slots.get(argument) ?? new Slot(argument, problems);
      slot.add(name.slice(end + 1), value);
      slots.set(argument, slot);
    } else {
      unknown.set(feature, (unknown.get(feature) ?? new Set()).add(quote(name)));
    }
  }
  return { slots, unknown: [...unknown].map(([feature, names]) => describeUnknown([...names], feature)) };
}

function describeUnknown(names: readonly string[], feature: Feature | undefined): string {
  const taken =
    feature === undefined
      ? 'there are api.filter, api.sort, api.chunk and api.columns'
      : `api.${feature} takes ${known[feature].inWords}`;
  const [are, have] = names.length === 1 ? ['is', 'has'] : ['are', 'have'];
  return `${allOf(names)} ${are} unknown and ${have} no effect; ${taken}.`;
}

/** The arguments of one feature: the arguments without a key, and the arguments of each key in key order. */
interface Slots {
  readonly own: Slot;
  readonly keyed: readonly Slot[];
}

function findSlots(feature: Feature, slots: ReadonlyMap<string, Slot>, problems: Set<string>): Slots {
  const argument = `api.${feature}`;
  const own = slots.get(argument) ?? new Slot(argument, problems);
  const keyed = [...slots.values()].filter((slot) => slot.argument.startsWith(`${argument}.`));
  keyed.sort((a, b) => (a.argument < b.argument ? -1 : 1));
  return { own, keyed: own.has('field', 'arg0', 'type', 'method', 'reverse') ? [own, ...keyed] : keyed };
}

/** An invalid `enable` counts as enabled, so that the feature's other problems are reported as well. */
function isEnabled({ own, keyed }: Slots, warnings: string[]): boolean {
  if (own.flag('enable') !== false) return true;
  const enable = `${own.argument}.enable`;
  const slots = [own, ...keyed.filter((slot) => slot !== own)];
  const names = slots.flatMap((slot) => slot.parts().map((part) => `${slot.argument}.${part}`));
  const idle = names.filter((name) => name !== enable);
  if (idle.length > 0) {
    warnings.push(`${allOf(idle)} ${idle.length === 1 ? 'has' : 'have'} no effect without ${enable}=1.`);
  }
  return false;
}

function readFilter({ own, keyed }: Slots, warnings: string[]): NonNullable<MetaArguments['filter']> {
  if (keyed.length === 0) {
    warnings.push('api.filter.enable=1 filters nothing without api.filter.a.field and api.filter.a.arg0.');
  }
  return { filters: keyed.flatMap(readOneFilter), verbose: own.flag('verbose') === true };
}

function readOneFilter(slot: Slot): Filter[] {
  const { argument } = slot;
  const field = slot.field('field', 'name the field to filter by, or * for any');
  const type = slot.choice('type', 'filter type', [...textFilterTypes, ...numberFilterTypes]);
  const text = slot.text('arg0', 'give the value to compare with');
  if (field === undefined || text === undefined || type === undefined) return [];
  if (isTextFilterType(type)) return [{ argument, field, type, arg0: text }];
  const arg0 = slot.number('arg0', type);
  return arg0 === undefined ? [] : [{ argument, field, type, arg0 }];
}

function isTextFilterType(type: string): type is TextFilterType {
  return textFilterTypes.some((each) => each === type);
}

function readSort({ own, keyed }: Slots, warnings: string[]): SortKey[] {
  // Scripts send `api.sort.verbose`, but its response is not documented anywhere. It is checked and has no effect.
  own.flag('verbose');
  if (keyed.length === 0) warnings.push('api.sort.enable=1 sorts nothing without api.sort.a.field.');
  return keyed.flatMap(readSortKey);
}

function readSortKey(slot: Slot): SortKey[] {
  const field = slot.field('field', 'name the field to sort by');
  if (field === '*') slot.refuse('field', field, 'one field; name the field to sort by');
  const method = slot.choice('method', 'sort method', sortMethods, sortMethodAliases);
  const reverse = slot.flag('reverse');
  if (field === undefined || method === undefined || reverse === undefined) return [];
  return [{ argument: slot.argument, field, method, reverse }];
}

/** Default of `start`: 1. `size` is required, except that it is ignored if all records are on one page. */
function readChunk({ own }: Slots): Chunk {
  const verbose = own.flag('verbose') === true;
  const startIs = 'a record number; use 1 or more, or -1 for everything on one page';
  const start = own.has('start')
    ? own.integer('start', (number) => number >= 1 || number === -1, startIs)
    : 1;
  const size = own.has('size')
    ? own.integer('size', (number) => number >= 1, 'a page size; use 1 or more')
    : null;
  if (start === -1) return { start: 1, size: null, verbose };
  if (size === null) {
    own.report(
      'size',
      'is missing. Set the number of records per page, or use api.chunk.start=-1 to return everything on one page',
    );
  }
  return { start: start ?? 1, size: size ?? null, verbose };
}

/** Returns nothing if no column is named, which means all columns. A column that is named twice is shown once. */
function readColumns({ own }: Slots, warnings: string[]): Pick<MetaArguments, 'columns'> {
  const keys = own.parts().filter((part) => part !== 'enable');
  if (keys.length === 0) {
    warnings.push('api.columns.enable=1 selects nothing without api.columns.a; every column is shown.');
    return {};
  }
  const columns = keys.flatMap((key) => {
    const field = own.field(key, 'name the column to show');
    return field === undefined ? [] : [{ argument: `${own.argument}.${key}`, field }];
  });
  return { columns };
}

function findSortsOutsideColumns({ sort = [], columns }: MetaArguments): string[] {
  if (columns === undefined || columns.length === 0) return [];
  const names = columns.map(({ field }) => field);
  return sort
    .filter(({ field }) => !names.includes(field))
    .map(({ argument, field }) => {
      const remedy = `sort by ${anyOf(firstTwelve(names))}, or add an api.columns argument for it`;
      return `${argument}.field ${quote(field)} is not among the columns; ${remedy}.`;
    });
}

// Reads the `api.*` arguments that belong together. Collects all problems, so that they are reported at once.

/** The arguments with the same prefix (`api.filter`, `api.filter.a`), by the part after it (`enable`, `field`). */
export class Slot {
  readonly argument: string;
  readonly #values = new Map<string, Json>();
  readonly #problems: Set<string>;

  constructor(argument: string, problems: Set<string>) {
    this.argument = argument;
    this.#problems = problems;
  }

  add(part: string, value: Json): void {
    if (this.has(part)) this.report(part, 'is given more than once. Use it only once');
    this.#values.set(part, value);
  }

  has(...parts: string[]): boolean {
    return parts.some((part) => this.#values.has(part));
  }

  /** Returns the parts, in key order if they are keys (columns). */
  parts(): string[] {
    return [...this.#values.keys()].sort();
  }

  /** False if absent; undefined if invalid. */
  flag(part: string): boolean | undefined {
    const value = this.#values.get(part);
    if (value === undefined || value === 0 || value === '0') return false;
    return value === 1 || value === '1' ? true : this.refuse(part, value, 'a flag; use 1 or 0');
  }

  text(part: string, remedy: string): string | undefined {
    const value = this.#values.get(part);
    if (value === undefined) {
      this.report(part, `is missing; ${remedy}`);
      return;
    }
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    this.refuse(part, value, 'text; use one text or number');
  }

  field(part: string, remedy: string): string | undefined {
    return this.#values.get(part) === '' ? this.report(part, `is empty; ${remedy}`) : this.text(part, remedy);
  }

  /** Reads the `arg0` of a filter that compares numbers. */
  number(part: string, type: NumberFilterType): number | undefined {
    const value = this.#values.get(part) ?? null;
    const number = numberOf(value);
    if (number === undefined) {
      this.refuse(part, value, `a number; ${type} compares numbers`);
      return;
    }
    if (number !== Infinity || type.endsWith('_handle_unlimited')) return number;
    const remedy = 'use lt_handle_unlimited or gt_handle_unlimited, or eq to find the word itself';
    this.refuse(part, value, `a number for ${type}; ${remedy}`);
  }

  integer(part: string, isRight: (number: number) => boolean, expected: string): number | undefined {
    const value = this.#values.get(part) ?? null;
    const number = numberOf(value);
    const isInteger = number !== undefined && Number.isSafeInteger(number);
    return isInteger && isRight(number) ? number : this.refuse(part, value, expected);
  }

  /** The first choice is the default. */
  choice<Choice extends string>(
    part: string,
    what: string,
    choices: readonly Choice[],
    aliases: Readonly<Record<string, Choice>> = {},
  ): Choice | undefined {
    const value = this.#values.get(part);
    if (value === undefined) return choices[0];
    const alias = typeof value === 'string' && Object.hasOwn(aliases, value) ? aliases[value] : undefined;
    const choice = alias ?? choices.find((each) => each === value);
    return choice ?? this.refuse(part, value, `a ${what}; use ${anyOf(choices)}`);
  }

  refuse(part: string, value: Json, expected: string): undefined {
    this.report(part, `${describeValue(value)} is not ${expected}`);
  }

  report(part: string, problem: string): undefined {
    this.#problems.add(`${this.argument}.${part} ${problem}.`);
  }
}
