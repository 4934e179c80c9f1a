// The bodies of responses: envelopes as JSON or XML, and rejections without an envelope.
import { Readable } from 'node:stream';
import { setImmediate as othersHaveRun } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import type { Envelope } from '../core/envelope.ts';
import type { LongList } from '../core/long-list.ts';
import type { Hash } from '../core/values.ts';
import { loadRenderer } from '../render/format.ts';
import { limits } from './limits.ts';

export type Api = 'json-api' | 'xml-api';

const types = {
  'json-api': 'application/json; charset="utf-8"',
  'xml-api': 'text/xml; charset="utf-8"',
} as const;

/** A response body with its Content-Type. */
export interface Answer {
  readonly type: string;
  /** A long answer is written as the client reads it. */
  readonly body: string | Buffer | Readable;
}

/** A response in one piece. */
interface WholeAnswer extends Answer {
  readonly body: string | Buffer;
}

export async function toAnswer(api: Api, envelope: Envelope): Promise<Answer> {
  const render = await loadRenderer(api === 'json-api' ? 'json' : 'xml');
  const body = toBody(render(envelope));
  const { longList } = envelope;
  if (longList !== undefined && body instanceof Readable) endInTime(body, longList);
  return { type: types[api], body };
}

/** Ends the reading of a list with its body, also if the client disconnects before anything was read. */
function endInTime(body: Readable, { close }: LongList): void {
  const problem = new Error(`A client took more than ${limits.longListMs / 60_000} minutes to read a list.`);
  const patience = setTimeout(() => body.destroy(problem), limits.longListMs).unref();
  body.once('close', () => {
    clearTimeout(patience);
    close();
  });
}

/** A bare hash, without an envelope; `name` is the root element in XML. */
export async function toBareAnswer(api: Api, name: string, hash: Hash): Promise<Answer> {
  const metadata = { version: 1, reason: 'OK', result: 1, command: name } as const;
  return toAnswer(api, { metadata, data: hash, flat: true, root: name });
}

/** `headers` are the headers that the server's hook adds to all responses of fastify. */
export function sendAnswer(
  reply: FastifyReply,
  { type, body }: Answer,
  headers: Readonly<Record<string, string>>,
): FastifyReply {
  if (body instanceof Readable) return reply.header('content-type', type).send(body);
  // A complete body bypasses fastify, whose type checks and hooks would take 5 % of the time.
  reply.hijack();
  reply.raw.writeHead(200, headersOf({ type, body }, headers)).end(body);
  return reply;
}

/** Names and values in turn, as `writeHead` takes them. */
function headersOf({ type, body }: WholeAnswer, headers: Readonly<Record<string, string>>): string[] {
  const length = String(Buffer.byteLength(body));
  return ['content-type', type, ...inTurn(headers), 'content-length', length];
}

/** The headers are those of the server, so they are the same object for each response. */
function inTurn(headers: Readonly<Record<string, string>>): readonly string[] {
  let names = flat.get(headers);
  if (names === undefined) flat.set(headers, (names = Object.entries(headers).flat()));
  return names;
}

const flat = new WeakMap<Readonly<Record<string, string>>, readonly string[]>();

/** Bodies up to this many characters are sent in one piece. */
const LONGEST_PIECE = 256 * 1024;
/** Bodies up to this many are joined with the headers into one string. */
const SHORT = 4096;

function toBody(pieces: Iterable<string>): string | Buffer | Readable {
  const rest = pieces[Symbol.iterator]();
  let start = '';
  for (let next = rest.next(); next.done !== true; next = rest.next()) {
    start += next.value;
    if (start.length > LONGEST_PIECE) return Readable.from(goOn(start, rest));
  }
  return start.length > SHORT ? Buffer.from(start) : start;
}

/** Pauses after each piece: a client that is fast has room for the next one without a round of the event loop. */
async function* goOn(start: string, rest: Iterator<string>): AsyncGenerator<string> {
  yield start;
  for (const piece of { [Symbol.iterator]: () => rest }) {
    await othersHaveRun();
    yield piece;
  }
}
