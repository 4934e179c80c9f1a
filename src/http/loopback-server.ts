// A port of the loopback for daemons of this machine. The programs of accounts reach it, too, so a daemon proves what it is by
// a secret, and connections that have proved nothing are closed soon: nobody can fill the port with them.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Application } from '../app/app.ts';

const MAX_BODY_BYTES = 16_384;
/** A connection that has proved nothing by then is closed. */
const STRANGER_MS = 1000;
/** Beyond this number of such connections, the oldest is closed. */
const MAX_STRANGERS = 64;

export interface LoopbackAnswer {
  readonly status: number;
  /** JSON. Undefined: none. */
  readonly body?: Readonly<Record<string, string | number | boolean>>;
}

/** @param known to be called once the client has proved what it is. */
export type LoopbackWork = (request: IncomingMessage, known: () => void) => Promise<LoopbackAnswer>;

export class LoopbackServer {
  readonly #server: Server;
  /** The connections that have proved nothing, the oldest first. */
  readonly #strangers = new Set<Socket>();

  /** @param what names it in the log of errors. */
  constructor({ engine }: Application, what: string, work: LoopbackWork) {
    const answer = async (request: IncomingMessage): Promise<LoopbackAnswer> => {
      try {
        return await work(request, () => this.#strangers.delete(request.socket));
      } catch (error) {
        if (!request.socket.destroyed) engine.logUnexpected(engine.newXid(), what, error);
        return { status: 500 };
      }
    };
    this.#server = createServer(
      { maxHeaderSize: 4096, headersTimeout: 2000, requestTimeout: 2000, connectionsCheckingInterval: 1000 },
      (request, response) => void answer(request).then((given) => this.#send(request, response, given)),
    );
    this.#server.on('connection', (socket: Socket) => this.#greet(socket));
  }

  /** @returns the port. @throws an error of the system if it cannot be opened. */
  async start(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: '127.0.0.1', port }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** Lets requests in progress finish. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeIdleConnections();
    await closed;
  }

  #greet(socket: Socket): void {
    this.#strangers.add(socket);
    const patience = setTimeout(() => {
      if (this.#strangers.has(socket)) socket.destroy();
    }, STRANGER_MS).unref();
    socket.once('close', () => {
      clearTimeout(patience);
      this.#strangers.delete(socket);
    });
    const [oldest] = this.#strangers;
    if (this.#strangers.size > MAX_STRANGERS) oldest?.destroy();
  }

  #send(request: IncomingMessage, response: ServerResponse, { status, body }: LoopbackAnswer): void {
    const text = body === undefined ? '' : JSON.stringify(body);
    const isStranger = this.#strangers.has(request.socket);
    response
      .writeHead(status, {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...{ 'content-length': String(Buffer.byteLength(text)), 'cache-control': 'no-store' },
        ...(isStranger && { connection: 'close' }),
      })
      .end(text);
  }
}

/** Undefined if it is too long. */
export async function readSmallBody(request: IncomingMessage): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > MAX_BODY_BYTES) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

/** False without a secret. Both are hashed, so how long this takes reveals nothing. */
export function isSecret(given: unknown, secret: string | undefined): boolean {
  if (typeof given !== 'string' || secret === undefined) return false;
  const digestOf = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digestOf(given), digestOf(secret));
}
