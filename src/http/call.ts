// From a request to a call: the function's name, and arguments from the query, a form or a JSON body.
import type { RawArgument } from '../core/context.ts';
import type { Json } from '../core/values.ts';

/** What is wrong with a request before there is a call: answered with a status of its own. */
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
  /** False for calls without api.version=1, which are answered as version 0 of the API. */
  readonly isVersion1: boolean;
}

const VERSION = 'api.version';
/** An extension: the call is checked and run, and nothing is kept. */
const DRY_RUN = 'api.dry_run';

/** @throws BadRequest */
export function readCall(query: string, body: Body | undefined): ReadCall {
  const all = [...readForm(query, 'query'), ...(body === undefined ? [] : readBody(body))];
  return {
    args: all.filter(({ name }) => name !== DRY_RUN),
    dryRun: all.some(({ name, value }) => name === DRY_RUN && (value === '1' || value === 1)),
    isVersion1: all.some(({ name, value }) => name === VERSION && value !== '0' && value !== 0),
  };
}

/** @throws BadRequest */
export function readBody({ type, text }: Body): RawArgument[] {
  const [media = ''] = type.toLowerCase().split(';', 1);
  if (text === '') return [];
  if (media.trim() === 'application/json') return readJson(text);
  // Clients that send a form without saying so are many.
  if (media.trim() === 'application/x-www-form-urlencoded' || media === '') return readForm(text, 'body');
  throw new BadRequest(
    'A body should be a form (application/x-www-form-urlencoded) or application/json.',
    415,
  );
}

function readForm(text: string, where: 'query' | 'body'): RawArgument[] {
  if (text === '') return [];
  try {
    // URLSearchParams would put U+FFFD in the place of what is no UTF-8: a mangled password is worse than none.
    decodeURIComponent(text.replaceAll('+', ' ').replace(/%(?![0-9a-f]{2})/gi, '%25'));
  } catch {
    throw new BadRequest(`The ${where} holds escapes (%XX) that are no UTF-8.`);
  }
  return [...new URLSearchParams(text)].map(([name, value]) => ({ name, value }));
}

function readJson(text: string): RawArgument[] {
  let parsed: Json;
  try {
    parsed = JSON.parse(text) as Json;
  } catch {
    throw new BadRequest('The body is no JSON.');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new BadRequest('The body should be a JSON object: {"api.version":1,"user":"bob"}.');
  }
  return Object.entries(parsed).map(([name, value]) => ({ name, value }));
}
