// A request that repeats a recent one of its connection, letter by letter, is answered before fastify sees it, while the
// response is remembered (`remembered-answers.ts`): a turn, a route and a login would find what they found before.
// What may have changed is checked each time: the store, which also decides whether the token is still accepted, and the
// time. Each request is counted for the audit log. If it needs a line of its own, it takes the usual way.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Application } from '../app.ts';
import type { AuditRecord } from '../core/audit.ts';
import { headersOf, type WholeAnswer } from './answers.ts';
import { GatheredResponses } from './gathered-responses.ts';

/** A response, and how long it and the sender’s login hold. */
export interface Repeatable {
  readonly answer: WholeAnswer;
  /** The state of the store. */
  readonly state: string;
  readonly from: number;
  readonly until: number;
  /** The audit lines. */
  readonly records: readonly AuditRecord[];
}

interface Known extends Repeatable {
  readonly request: Pick<IncomingMessage, 'method' | 'url' | 'httpVersion' | 'rawHeaders'>;
  readonly headers: string[];
}

/** What is kept for a connection: the number of requests, and the length of their responses. The latest one is always kept. */
const MAX_REQUESTS = 4;
const MAX_LENGTH = 256 * 1024;

export class RepeatedRequests {
  readonly #application: Application;
  readonly #headers: Readonly<Record<string, string>>;
  /** The latest ones of each connection, the oldest first. */
  readonly #known = new WeakMap<Socket, Known[]>();
  readonly #responses = new GatheredResponses();

  /** `headers` are those of all responses. */
  constructor(application: Application, headers: Readonly<Record<string, string>>) {
    this.#application = application;
    this.#headers = headers;
  }

  /** Answers the request if that needs no waiting, neither for the store nor for the audit log. */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const known = this.#known.get(request.socket)?.find((one) => isSame(one.request, request));
    if (known === undefined) return false;
    const { engine } = this.#application;
    const time = engine.now();
    if (time < known.from || known.until <= time || known.state !== this.#application.storeStateNow())
      return false;
    if (!this.#application.countAgain(known.records, { time, xid: undefined, duration_ms: 0 })) return false;
    this.#responses.send(response, known.headers, known.answer.body);
    return true;
  }

  /** Keeps the response for the next requests of the connection. */
  keep({ method, url, httpVersion, rawHeaders, headers, socket }: IncomingMessage, one: Repeatable): void {
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    if (method !== 'GET' || hasBody) return;
    const request = { method, url, httpVersion, rawHeaders };
    const known = { request, ...one, headers: headersOf(one.answer, this.#headers) };
    const others = (this.#known.get(socket) ?? []).filter((other) => !isSame(other.request, request));
    this.#known.set(socket, latestOf([...others, known]));
  }
}

function latestOf(all: Known[]): Known[] {
  let length = all.reduce((sum, { answer }) => sum + answer.body.length, 0);
  while (all.length > MAX_REQUESTS || (all.length > 1 && length > MAX_LENGTH)) {
    length -= all.shift()?.answer.body.length ?? 0;
  }
  return all;
}

/** Compares two requests without bodies on one connection. */
function isSame(one: Known['request'], other: Known['request']): boolean {
  return (
    one.url === other.url &&
    one.method === other.method &&
    one.httpVersion === other.httpVersion &&
    areSame(one.rawHeaders, other.rawHeaders)
  );
}

function areSame(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length) return false;
  for (let at = 0; at < some.length; at++) if (some[at] !== others[at]) return false;
  return true;
}
