// Reads a call's arguments according to the function's description: converts strings to typed values and reports all
// problems at once.
import type { RawArgument } from './context.ts';
import type { FamilyArgument, OneOf, Param, Spec } from './define.ts';
import { ApiError, type Fault } from './errors.ts';
import { isFamily, nameInFamily, paramOf, type Named } from './param-of.ts';
import { anyOf, quote } from './quote.ts';
import type { Json } from './values.ts';

/** The handler's arguments: one entry per parameter, and `rest`. */
export type ReadArguments = Readonly<Record<string, unknown>>;

export const DEFAULT_MAX_LENGTH = 4096;
/** The maximum number of faults in a reason. */
const MAX_PROBLEMS = 10;

/** @throws ApiError `missing_param` or `bad_param`, whose reason names every invalid parameter. */
export function readArguments(spec: Spec, given: readonly RawArgument[]): ReadArguments {
  const missing: Fault[] = [];
  const bad: Fault[] = [];
  const { byParam, families, rest } = groupArguments(spec, given, bad);
  const form = formOf(spec);
  const args: Record<string, unknown> = { ...form.blank };
  args.rest = rest;
  if (spec.passes !== undefined) args.passed = given.filter(({ name }) => paramOf(spec, name) === undefined);
  for (const { name, param, isOptional } of form.params) {
    const sent = byParam.get(name);
    if (sent === undefined && isOptional) continue;
    if (isFamily(name)) {
      args[name] = readFamily(name, param, families.get(name) ?? [], bad);
      continue;
    }
    const omitsEmpty = spec.emptyIsOmitted === true && param.required !== true && !fits(param, '');
    const values = omitsEmpty ? (sent ?? []).filter((value) => value !== '') : (sent ?? []);
    if (values.every((value) => value === '') && param.required === true) {
      const problem = `The parameter “${name}” is required: it should be ${expectation(param)}.`;
      missing.push({ param: name, problem });
    } else if (values.length > 1 && param.list !== true) {
      const problem = `The parameter “${name}” is given ${values.length} times. Use it only once.`;
      bad.push({ param: name, problem });
    } else if (values.length === 0 && param.list !== true) {
      args[name] = defaultOf(param);
    } else {
      args[name] =
        param.list === true
          ? readList(name, param, values, bad)
          : readValue(name, param, values[0] ?? '', bad);
    }
  }
  if (spec.rest !== undefined && Object.keys(rest).length === 0) {
    const { key, doc } = spec.rest;
    missing.push({ param: key, problem: `An argument “${key}” is required: ${doc}` });
  }
  if (spec.oneOf !== undefined) {
    const { of } = spec.oneOf;
    const count = of.filter((name) => byParam.get(name)?.some((value) => value !== '') === true).length;
    const problem = `Use ${inWords(spec.oneOf)}.`;
    if (count === 0) missing.push({ param: of[0], problem });
    else if (count > 1 && spec.oneOf.count === 'exactly') bad.push({ param: of[0], problem });
  }
  if (missing.length + bad.length > 0) {
    const faults = [...missing, ...bad];
    const sentences = faults.slice(0, MAX_PROBLEMS).map(({ problem }) => problem);
    const more = faults.length - MAX_PROBLEMS;
    const reason = sentences.join(' ') + (more > 0 ? ` And ${more} more.` : '');
    throw new ApiError(bad.length > 0 ? 'bad_param' : 'missing_param', reason, { faults });
  }
  return args;
}

/** What the arguments of a function consist of. */
interface Form {
  readonly params: readonly FormParam[];
  /**
   * All entries, with the defaults of parameters that may be omitted. Copied for each call: V8 would make a dictionary
   * of an object that grows by many names.
   */
  readonly blank: ReadArguments;
}

interface FormParam {
  readonly name: string;
  readonly param: Param;
  /** True if the default is the value of a call that does not send the parameter. */
  readonly isOptional: boolean;
}

const forms = new WeakMap<Spec['params'], Form>();

/** Made once for each function. */
function formOf({ params, passes }: Spec): Form {
  let form = forms.get(params);
  if (form !== undefined) return form;
  const all = Object.entries(params).map(([name, param]): FormParam => {
    const isOptional = !isFamily(name) && param.required !== true && param.list !== true;
    return { name, param, isOptional };
  });
  const names = ['rest', ...(passes === undefined ? [] : ['passed'])].map((name) => [name, undefined]);
  const values = all.map(({ name, param, isOptional }) => [name, isOptional ? defaultOf(param) : undefined]);
  forms.set(
    params,
    (form = { params: all, blank: Object.fromEntries([...names, ...values]) as ReadArguments }),
  );
  return form;
}

/** Returns the names of unknown parameters, as sent. */
export function unknownNames(spec: Spec, given: readonly RawArgument[]): string[] {
  const unknown: string[] = [];
  if (spec.rest !== undefined || spec.passes !== undefined) return unknown;
  let latest: string | undefined;
  let isKnown = true;
  for (const { name } of given) {
    // A long list can have its name before each value.
    if (name !== latest) isKnown = paramOf(spec, (latest = name)) !== undefined;
    if (!isKnown) unknown.push(name);
  }
  return unknown;
}

function defaultOf(param: Param): unknown {
  return param.type === 'flag' && param.default !== undefined ? Number(param.default) === 1 : param.default;
}

/** Describes a rule on several parameters in words: `exactly one of “user”, “domain” or “search”`. */
export function inWords({ count, of }: OneOf): string {
  return `${count} one of ${anyOf(of.map((name) => `“${name}”`))}`;
}

function groupArguments(spec: Spec, given: readonly RawArgument[], bad: Fault[]) {
  const slots = new Map<string, Slot[]>();
  const lists = new Map<string, ListSlots>();
  const rest: Record<string, Json> = Object.create(null) as Record<string, Json>;
  let latest = '';
  let target: ReturnType<typeof paramOf>;
  for (const { name, value } of given) {
    // A long list can have its name before each value.
    if (name !== latest) target = paramOf(spec, (latest = name));
    if (target?.param.list === true) {
      const list = lists.get(target.base) ?? { repeated: [], single: undefined, numbered: [] };
      addToList(list, target, value);
      lists.set(target.base, list);
    } else if (target !== undefined) {
      const values = Array.isArray(value) && target.param.type !== 'json' ? value : [value];
      const slot = slots.get(target.base) ?? [];
      for (const item of values) slot.push({ as: name, value: item });
      slots.set(target.base, slot);
    } else if (spec.rest?.type === 'json') {
      const parsed = typeof value === 'string' ? parseJson(value) : value;
      rest[name] = parsed === undefined ? value : parsed;
    } else if (spec.rest !== undefined) {
      if (Object.hasOwn(rest, name)) bad.push({ param: name, problem: givenTwice(name) });
      rest[name] = value;
    }
  }
  const byParam = new Map<string, readonly Json[]>();
  const families = new Map<string, readonly Slot[]>();
  for (const [name, slot] of slots) {
    if (isFamily(name)) {
      families.set(name, slot);
      continue;
    }
    const values = underOneName(name, slot, bad).map((entry) => entry.value);
    byParam.set(name, withoutNull(values));
  }
  for (const [name, { repeated, numbered }] of lists) {
    numbered.sort((a, b) => a.number - b.number);
    const parts = [...repeated, ...numbered.map((one) => one.values)];
    byParam.set(name, withoutNull(parts.length === 1 ? (parts[0] ?? []) : parts.flat()));
  }
  return { byParam, families, rest };
}

/** The values of a list. Those under its own name, or an alias, come first, in their order. The others follow, by number. */
interface ListSlots {
  readonly repeated: (readonly Json[])[];
  /** The last part of `repeated`, unless that was given as a list. */
  single: Json[] | undefined;
  readonly numbered: { readonly number: number; readonly values: readonly Json[] }[];
}

function addToList(list: ListSlots, { param, number }: Named, value: Json): void {
  const isList = Array.isArray(value) && param.type !== 'json';
  if (number >= 0) {
    list.numbered.push({ number, values: isList ? value : [value] });
  } else if (isList) {
    list.repeated.push(value);
    list.single = undefined;
  } else {
    if (list.single === undefined) list.repeated.push((list.single = []));
    list.single.push(value);
  }
}

const withoutNull = (values: readonly Json[]) =>
  values.includes(null) ? values.filter((one) => one !== null) : values;

function readFamily(family: string, param: Param, slots: readonly Slot[], bad: Fault[]): FamilyArgument[] {
  const repeated = slots.find(({ as }, index) => slots.findIndex((one) => one.as === as) !== index);
  if (repeated !== undefined) {
    bad.push({ param: repeated.as, problem: givenTwice(repeated.as) });
  }
  return slots.map(({ as, value }) => ({
    name: nameInFamily(family, as),
    value: readValue(as, param, value, bad) as string,
  }));
}

const givenTwice = (name: string) => `The parameter “${name}” is given several times. Use it only once.`;

/** One value of a parameter, and the name that the client used. */
interface Slot {
  readonly as: string;
  readonly value: Json;
}

/** Some clients send a parameter under its name and an older name at once. Equal values count as one value. */
function underOneName(param: string, slots: readonly Slot[], bad: Fault[]): readonly Slot[] {
  if (slots.length < 2) return slots;
  const given = slots.filter(({ value }) => value !== '' && value !== null);
  const [first = slots[0]] = given;
  const names = [...new Set(given.map(({ as }) => as))];
  if (first === undefined || new Set(slots.map(({ as }) => as)).size < 2) return slots;
  if (given.some(({ value }) => value !== first.value)) {
    const problem =
      `${names.map((name) => `“${name}”`).join(' and ')} are names of the same parameter but have ` +
      `different values. Use one of them.`;
    bad.push({ param, problem });
  }
  return [first];
}

/** The same list if each value means itself, so that a long one is in memory once. */
function readList(name: string, param: Param, values: readonly Json[], faults: Fault[]): readonly unknown[] {
  const unread: Fault[] = [];
  const first = values.findIndex((value) => readValue(name, param, value, unread) !== value);
  if (first < 0) return values;
  const others = values.slice(first).map((value) => readValue(name, param, value, faults));
  return [...values.slice(0, first), ...others];
}

function readValue(name: string, param: Param, value: Json, faults: Fault[]): unknown {
  if (param.type === 'json') {
    const parsed = typeof value === 'string' ? parseJson(value) : value;
    return parsed === undefined ? void faults.push(shouldBe(name, 'JSON')) : parsed;
  }
  if (typeof value === 'object')
    return void faults.push(shouldBe(name, `${expectation(param)}, not a JSON structure`));
  const text = usualSpelling(param, typeof value === 'boolean' ? Number(value) : value);
  if (!fits(param, text)) {
    const instead = param.sensitive === true ? '' : `, not ${quote(text)}`;
    return void faults.push(shouldBe(name, `${expectation(param)}${instead}`));
  }
  if (param.type === 'integer') return Number(text);
  return param.type === 'flag' ? text === '1' : text;
}

function shouldBe(param: string, expected: string): Fault {
  return { param, problem: `The parameter “${param}” should be ${expected}.` };
}

/**
 * Converts the usual spellings. Clients write 1, y, yes, 0, n and no, whichever of them a parameter accepts. For a flag
 * they also write what their language prints, such as True of Python, and what forms send: on.
 */
function usualSpelling(param: Param, value: string | number): string {
  const text = param.lowerCase === true ? inLowerCase(String(value)) : String(value);
  const takesLetters = param.values?.length === 2 && param.values.includes('y') && param.values.includes('n');
  if (param.type !== 'flag' && !takesLetters) return text;
  if (param.type === 'flag') {
    if (/^(?:1|y|yes|true|on)$/i.test(text)) return '1';
    return /^(?:0|n|no|false|off)$/i.test(text) ? '0' : text;
  }
  if (/^(?:1|y|yes)$/i.test(text)) return 'y';
  return /^(?:0|n|no)$/i.test(text) ? 'n' : text;
}

/** Makes no other string of most texts: there can be many. */
const inLowerCase = (text: string) => (LOWER_CASE_ASCII.test(text) ? text : text.toLowerCase());

const LOWER_CASE_ASCII = /^[ -@[-~]*$/;

/** Most texts. */
const PRINTABLE_ASCII = /^[ -~]*$/;
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const CONTROL_IN_LINES = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

/** True for the name of a parameter whose value others should not see in the process list. */
export const isPassword = (name: string) => name === 'password' || name === 'pass';

/** True if a text is a valid value of a parameter. `expectation` describes the valid values. */
export function fits(param: Param, text: string): boolean {
  if (param.type === 'flag') return text === '0' || text === '1';
  if (param.values !== undefined && !param.values.includes(text)) return false;
  if (param.type === 'integer') {
    const number = Number(text);
    return (
      /^-?\d{1,15}$/.test(text) && number >= (param.min ?? -Infinity) && number <= (param.max ?? Infinity)
    );
  }
  const most = param.maxLength ?? DEFAULT_MAX_LENGTH;
  // Counts code points: an emoji is one character, although its JavaScript length is two.
  if (text.length > most && (text.length > 2 * most || Array.from(text).length > most)) return false;
  const isText =
    PRINTABLE_ASCII.test(text) || isTextWithout(param.multiline === true ? CONTROL_IN_LINES : CONTROL, text);
  return isText && (param.pattern?.matches.test(text) ?? true);
}

const isTextWithout = (control: RegExp, text: string) => text.isWellFormed() && !control.test(text);

/** Describes the valid values of a parameter in words: for reasons, help and man pages. */
export function expectation(param: Param): string {
  if (param.values !== undefined) return anyOf(param.values.map((value) => `“${value}”`));
  if (param.type === 'flag') return '1 or 0';
  if (param.type === 'json') return 'JSON';
  if (param.type === 'integer') {
    if (param.min !== undefined && param.max !== undefined) {
      return `a whole number from ${param.min} to ${param.max}`;
    }
    if (param.max !== undefined) return `a whole number, ${param.max} or less`;
    return param.min === undefined ? 'a whole number' : `a whole number, ${param.min} or more`;
  }
  if (param.pattern !== undefined) return param.pattern.expects;
  const kind = param.multiline === true ? 'text' : 'text on one line, without control characters';
  return `${kind}, at most ${param.maxLength ?? DEFAULT_MAX_LENGTH} characters`;
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
