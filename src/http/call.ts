// From a request to a call: the function's name, and arguments from the query, a form or a JSON body.
import type { RawArgument } from '../core/context.ts';
import type { Json } from '../core/values.ts';

/** A request that cannot become a call. It has its own HTTP status. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
  readonly status: 400 | 415;

  constructor(message: string, status: 400 | 415 = 400) {
    super(message);
    this.status = status;
  }
}

export interface Body {
  readonly type: string;
  readonly text: string;
}

export interface ReadCall {
  readonly args: readonly RawArgument[];
  readonly dryRun: boolean;
  /** False for calls without api.version=1, whose responses have the format of version 0. */
  readonly isVersion1: boolean;
}

/** The maximum in a query, and in a body. */
export const MAX_PARAMETERS = 10_000;
/** Commas and colons of a JSON body: an object has two for each value. */
const MAX_VALUES = 40_000;
const MAX_DEPTH = 64;

const VERSION = 'api.version';
/** An extension of this program: validate and run the call without saving any changes. */
const DRY_RUN = 'api.dry_run';

/** @throws BadRequest */
export function readCall(query: string, body: Body | undefined): ReadCall {
  const all = [...readForm(query, 'query'), ...(body === undefined ? [] : readBody(body))];
  const isVersion1 = all.some(({ name, value }) => name === VERSION && value !== '0' && value !== 0);
  return {
    // api.version=0 has been obeyed by then.
    args: all.filter(({ name }) => name !== DRY_RUN && (isVersion1 || name !== VERSION)),
    dryRun: all.some(({ name, value }) => name === DRY_RUN && (value === '1' || value === 1)),
    isVersion1,
  };
}

/** @throws BadRequest */
export function readBody({ type, text }: Body): RawArgument[] {
  if (text === '') return [];
  const media = type.toLowerCase().split(';', 1)[0]?.trim() ?? '';
  if (media === 'application/json') return readJson(text);
  if (/^\s*\{/.test(text)) {
    const read = readJsonObject(text);
    if (read !== undefined) return read;
  }
  // Many clients send a form with another type or without any.
  if (media === FORM || media === '' || FORM_BEGINNING.test(text)) return readForm(text, 'body');
  throw new BadRequest(`A body must be a form (${FORM}), multipart/form-data or application/json.`, 415);
}

const FORM = 'application/x-www-form-urlencoded';
/** A name and an equals sign. */
const FORM_BEGINNING = /^[\w.%+~[\]-]{1,256}=/;

function readForm(text: string, where: 'query' | 'body'): RawArgument[] {
  if (text === '') return [];
  // Counted before decoding, which is expensive.
  if (hasMoreThan(text, '&', MAX_PARAMETERS - 1)) throw tooMany(where);
  const read = [...new URLSearchParams(withSpaces(text))].map(([name, value]) => ({ name, value }));
  if (!MAY_BE_REPLACED.test(text)) return read;
  // URLSearchParams replaces invalid UTF-8 with U+FFFD, which would silently change a password.
  const replaced = read.reduce(
    (sum, { name, value }) => sum + countOf(name, '\uFFFD') + countOf(value, '\uFFFD'),
    0,
  );
  if (replaced > 0 && replaced !== (text.match(/\uFFFD|%EF%BF%BD/gi)?.length ?? 0)) {
    throw new BadRequest(`The ${where} contains escapes (%XX) that are not valid UTF-8.`);
  }
  return read;
}

/** An escape, the character itself, or half of a character, which is replaced too. */
const MAY_BE_REPLACED = /[%\uFFFD\uD800-\uDFFF]/;

const [PLUS, SPACE] = [43, 32];

/** Replaces plus signs with spaces, because URLSearchParams is slow with a million of them. */
function withSpaces(text: string): string {
  if (!text.includes('+')) return text;
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === PLUS) bytes[at] = SPACE;
  return bytes.toString();
}

function readJson(text: string): RawArgument[] {
  const read = readJsonObject(text);
  if (read !== undefined) return read;
  throw new BadRequest('The body must be a JSON object: {"api.version":1,"user":"bob"}.');
}

/** Undefined if the body is not a JSON object. @throws BadRequest if it has too many values or levels. */
function readJsonObject(text: string): RawArgument[] | undefined {
  assertNoJsonBomb(text);
  let parsed: Json;
  try {
    parsed = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  const members = Object.entries(parsed).map(([name, value]) => ({ name, value }));
  if (members.length > MAX_PARAMETERS) throw tooMany('body');
  return members;
}

const [QUOTE, COMMA, COLON, OPEN_LIST, BACKSLASH, CLOSE_LIST, OPEN, CLOSE] = [
  34, 44, 58, 91, 92, 93, 123, 125,
];

/** Counts values and depth before the parser creates objects. It need not validate the JSON: the parser does. */
function assertNoJsonBomb(text: string): void {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at + 1);
    } else if (code === OPEN || code === OPEN_LIST) {
      depth += 1;
      if (depth > MAX_DEPTH)
        throw new BadRequest(`The body has more than ${MAX_DEPTH} levels of lists and objects.`);
    } else if (code === CLOSE || code === CLOSE_LIST) {
      depth -= 1;
    } else if (code === COMMA || code === COLON) {
      values += 1;
      if (values > MAX_VALUES) throw new BadRequest(`The body has more than ${MAX_VALUES / 2} values.`);
    }
  }
}

function endOfString(text: string, from: number): number {
  for (let at = from; ; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE || Number.isNaN(code)) return at;
  }
}

function tooMany(where: 'query' | 'body'): BadRequest {
  return new BadRequest(`The ${where} has more than ${MAX_PARAMETERS} parameters.`);
}

function hasMoreThan(text: string, letter: string, most: number): boolean {
  let count = 0;
  for (let at = text.indexOf(letter); at >= 0; at = text.indexOf(letter, at + 1)) {
    count += 1;
    if (count > most) return true;
  }
  return false;
}

function countOf(text: string, letter: string): number {
  let count = 0;
  for (let at = text.indexOf(letter); at >= 0; at = text.indexOf(letter, at + 1)) count += 1;
  return count;
}
