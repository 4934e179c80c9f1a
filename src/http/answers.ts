// The bodies of responses: envelopes as JSON or XML, and rejections without an envelope.
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Envelope } from '../core/envelope.ts';
import type { Hash } from '../core/values.ts';
import { loadRenderer } from '../render/format.ts';

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

export async function toAnswer(api: Api, envelope: Envelope): Promise<Answer> {
  const render = await loadRenderer(api === 'json-api' ? 'json' : 'xml');
  return { type: types[api], body: toBody(render(envelope)) };
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
  const length = Buffer.byteLength(body);
  reply.raw.writeHead(200, { 'content-type': type, ...headers, 'content-length': length }).end(body);
  return reply;
}

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

function* goOn(start: string, rest: Iterator<string>): Generator<string> {
  yield start;
  yield* { [Symbol.iterator]: () => rest };
}
