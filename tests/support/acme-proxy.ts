// Stands between this program and pebble, to see each request, and to kill, delay or lie at any of them.
import { readFileSync } from 'node:fs';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { createServer, request as requestOverTls, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Pebble } from './pebble.ts';

export interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
}

export class AcmeProxy {
  readonly #pebble: Pebble;
  #server: Server | undefined;
  #port = 0;
  /** The requests that pebble got: `POST order-plz`. */
  readonly passed: string[] = [];
  /** What was signed of each POST. */
  readonly payloads: { readonly what: string; readonly payload: Readonly<Record<string, unknown>> }[] = [];
  /** Called before a request is passed on. It never is if this does not resolve. */
  before: (what: string) => Promise<void> = async () => undefined;
  /** Called with pebble’s answer, which is sent unless this does not resolve. May change it. */
  after: (what: string, answer: Answer) => Promise<Answer> = async (_what, answer) => answer;

  constructor(pebble: Pebble) {
    this.#pebble = pebble;
  }

  async start(): Promise<void> {
    const cert = readFileSync(this.#pebble.certificate);
    const key = readFileSync(this.#pebble.key);
    this.#server = createServer({ cert, key }, (asked, response) => {
      const pieces: Buffer[] = [];
      asked.on('data', (piece: Buffer) => pieces.push(piece));
      asked.on('end', () => {
        void this.#pass(asked, Buffer.concat(pieces)).then(({ status, headers, body }) => {
          response.writeHead(status, headers).end(asked.method === 'HEAD' ? undefined : body);
        });
      });
    });
    await new Promise<void>((ready) => this.#server?.listen(0, '127.0.0.1', ready));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  get directory(): string {
    return `https://localhost:${this.#port}/dir`;
  }

  reset(): void {
    this.passed.length = 0;
    this.payloads.length = 0;
    this.before = async () => undefined;
    this.after = async (_what, answer) => answer;
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  async #pass(asked: IncomingMessage, body: Buffer): Promise<Answer> {
    const what = `${asked.method} ${(asked.url ?? '').split('/')[1]}`;
    await this.before(what);
    const answer = await new Promise<Answer>((resolve) => {
      // pebble builds its URLs from the header Host, so that they lead to the proxy.
      const sent = requestOverTls(
        new URL(asked.url ?? '/', this.#pebble.directory),
        {
          method: asked.method,
          headers: { ...asked.headers, 'content-length': body.length },
          ca: readFileSync(this.#pebble.certificate),
          agent: false,
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
          response.once('end', () => {
            const headers = { ...response.headers };
            delete headers['content-length'];
            delete headers['transfer-encoding'];
            resolve({ status: response.statusCode ?? 0, headers, body: text });
          });
        },
      );
      sent.once('error', () => resolve({ status: 502, headers: {}, body: '' }));
      sent.end(body);
    });
    this.passed.push(what);
    const payload = payloadOf(body);
    if (payload !== undefined) this.payloads.push({ what, payload });
    return this.after(what, answer);
  }
}

/** What a JWS (RFC 7515, flattened) has signed. Undefined for none, and for an empty one. */
function payloadOf(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  if (body.length === 0) return undefined;
  const { payload = '' } = JSON.parse(body.toString()) as { readonly payload?: string };
  if (payload === '') return undefined;
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Readonly<Record<string, unknown>>;
}
