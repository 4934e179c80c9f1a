// Reads a call's arguments according to the function's description: converts strings to typed values and reports all
// problems at once.
import type { RawArgument } from './context.ts';
import type { FamilyArgument, OneOf, Param, Spec } from './define.ts';
import { ApiError, type Fault } from './errors.ts';
import { isFamily, nameInFamily, paramOf } from './param-of.ts';
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
  const args = unread(spec);
  args.rest = rest;
  if (spec.passes !== undefined) args.passed = given.filter(({ name }) => paramOf(spec, name) === undefined);
  for (const [name, param] of Object.entries(spec.params)) {
    if (isFamily(name)) {
      args[name] = readFamily(name, param, families.get(name) ?? [], bad);
      continue;
    }
    const sent = byParam.get(name);
    if (sent === undefined && param.required !== true && param.list !== true) {
      args[name] = defaultOf(param);
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
      const read = values.map((value) => readValue(name, param, value, bad));
      args[name] = param.list === true ? read : read[0];
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

const shapes = new WeakMap<Spec['params'], ReadArguments>();

/** All entries, without values. The copy of one object: V8 would make a dictionary of one that grows by many names. */
function unread({ params, passes }: Spec): Record<string, unknown> {
  let shape = shapes.get(params);
  if (shape === undefined) {
    const names = ['rest', ...(passes === undefined ? [] : ['passed']), ...Object.keys(params)];
    shapes.set(params, (shape = Object.fromEntries(names.map((name) => [name, undefined]))));
  }
  return { ...shape };
}

/** Returns the names of unknown parameters, as sent. */
export function unknownNames(spec: Spec, given: readonly RawArgument[]): string[] {
  if (spec.rest !== undefined || spec.passes !== undefined) return [];
  return given.map(({ name }) => name).filter((name) => paramOf(spec, name) === undefined);
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
  const rest: Record<string, Json> = Object.create(null) as Record<string, Json>;
  for (const { name, value } of given) {
    const target = paramOf(spec, name);
    if (target !== undefined) {
      const values = Array.isArray(value) && target.param.type !== 'json' ? value : [value];
      const slot = slots.get(target.base) ?? [];
      for (const item of values) slot.push({ as: name, number: target.number, value: item });
      slots.set(target.base, slot);
    } else if (spec.rest?.type === 'json') {
      const parsed = typeof value === 'string' ? parseJson(value) : value;
      rest[name] = parsed === undefined ? value : parsed;
    } else if (spec.rest !== undefined) {
      if (Object.hasOwn(rest, name)) bad.push({ param: name, problem: givenTwice(name) });
      rest[name] = value;
    }
  }
  const byParam = new Map<string, Json[]>();
  const families = new Map<string, readonly Slot[]>();
  for (const [name, slot] of slots) {
    if (isFamily(name)) {
      families.set(name, slot);
      continue;
    }
    // Repeated names come first, in their order. Numbered ones follow, by number.
    slot.sort((a, b) => a.number - b.number);
    byParam.set(
      name,
      (spec.params[name]?.list === true ? slot : underOneName(name, slot, bad))
        .map((entry) => entry.value)
        .filter((value) => value !== null),
    );
  }
  return { byParam, families, rest };
}

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
  readonly number: number;
  readonly value: Json;
}

/** Some clients send a parameter under its name and an older name at once. Equal values count as one value. */
function underOneName(param: string, slots: readonly Slot[], bad: Fault[]): readonly Slot[] {
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

function readValue(name: string, param: Param, value: Json, faults: Fault[]): unknown {
  const wrong = (problem: string) => {
    faults.push({ param: name, problem: `The parameter “${name}” should be ${problem}.` });
    return undefined;
  };
  if (param.type === 'json') {
    const parsed = typeof value === 'string' ? parseJson(value) : value;
    return parsed === undefined ? wrong('JSON') : parsed;
  }
  if (typeof value === 'object') return wrong(`${expectation(param)}, not a JSON structure`);
  const text = usualSpelling(param, typeof value === 'boolean' ? Number(value) : value);
  if (!fits(param, text)) {
    const instead = param.sensitive === true ? '' : `, not ${quote(text)}`;
    return wrong(`${expectation(param)}${instead}`);
  }
  if (param.type === 'integer') return Number(text);
  return param.type === 'flag' ? text === '1' : text;
}

/**
 * Converts the usual spellings of a flag. Clients write 1, y, yes, 0, n and no, whichever of them a parameter accepts.
 */
function usualSpelling(param: Param, value: string | number): string {
  const text = param.lowerCase === true ? String(value).toLowerCase() : String(value);
  const isYes = /^(?:1|y|yes)$/i.test(text);
  if (!isYes && !/^(?:0|n|no)$/i.test(text)) return text;
  if (param.type === 'flag') return isYes ? '1' : '0';
  const takesLetters = param.values?.length === 2 && param.values.includes('y') && param.values.includes('n');
  return takesLetters ? (isYes ? 'y' : 'n') : text;
}

/** Whether a text is a valid value of a parameter. `expectation` describes the valid values. */
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
  if (!text.isWellFormed()) return false;

  const control =
    param.multiline === true
      ? /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/
      : /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
  return !control.test(text) && (param.pattern?.matches.test(text) ?? true);
}

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
