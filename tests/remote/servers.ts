// Servers for remote calls in tests: scripted servers over HTTPS, and a server of this program.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttps, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { X509Certificate } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { generate } from 'selfsigned';
import type { Application } from '../../src/app/app.ts';
import { createServer } from '../../src/http/server.ts';
import { pinOf } from '../../src/remote/pins.ts';
import { freePort } from '../support/free-port.ts';
import { Installation } from '../support/installation.ts';
import { silent } from '../support/silent-log.ts';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly pin: string;
}

export async function makeCertificate(): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { cert, key, pin: pinOf(new X509Certificate(cert).fingerprint256) };
}

export interface Request {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly socket: Socket;
}

/** How a scripted server handles a request. A text or a hash is returned with status 200. */
export type Script = (
  request: Request,
  reply: ServerResponse,
) => string | Record<string, unknown> | undefined | Promise<string | Record<string, unknown> | undefined>;

export class ScriptedServer {
  readonly requests: Request[] = [];
  /** Open connections: now, and the maximum so far. */
  open = 0;
  most = 0;
  connections = 0;
  script: Script = () => ok();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor({ cert, key }: Certificate) {
    this.#server = createHttps({ cert, key }, (incoming, reply) => void this.#answer(incoming, reply));
    this.#server.on('connection', (socket: Socket) => {
      this.open += 1;
      this.connections += 1;
      this.most = Math.max(this.most, this.open);
      this.#sockets.add(socket);
      socket.once('close', () => {
        this.open -= 1;
        this.#sockets.delete(socket);
      });
    });
    this.#server.on('tlsClientError', () => undefined);
  }

  /** At a port that it can use again after `stop`. */
  static async start(certificate: Certificate, port?: number): Promise<ScriptedServer> {
    const one = new ScriptedServer(certificate);
    const place = port ?? (await freePort());
    await new Promise<void>((done) => one.#server.listen(place, '0.0.0.0', done));
    return one;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Another address at which it responds, like a separate server. */
  address(number: number): string {
    return `127.1.${number >> 8}.${number & 255}:${this.port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #answer(incoming: IncomingMessage, reply: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    const { url: path = '', headers, socket } = incoming;
    const request = { path, headers, body: Buffer.concat(pieces).toString(), socket };
    this.requests.push(request);
    const answer = await this.script(request, reply);
    if (answer === undefined) return;
    if (!reply.headersSent) reply.setHeader('content-type', 'text/plain; charset="utf-8"');
    reply.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  }
}

/** A response in WHM’s form. */
export function ok(data?: Record<string, unknown>, metadata: Record<string, unknown> = {}) {
  const all = { version: 1, reason: 'OK', result: '1', command: 'anything', ...metadata };
  return data === undefined ? { metadata: all } : { data, metadata: all };
}

/** A server of this program, with its own installation. */
export class OwnServer {
  readonly here = new Installation();
  #server: FastifyInstance | undefined;

  static async start({ cert, key }: Certificate): Promise<OwnServer> {
    const one = new OwnServer();
    const { here } = one;
    here.overrides.randomBytes = async (count) => randomBytes(count);
    const application = {
      ...here.application,
      get engine() {
        return here.engine;
      },
    } as Application;
    one.#server = createServer(application, { tls: { cert, key }, log: silent });
    await one.#server.listen({ host: '127.0.0.1', port: 0 });
    return one;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server?.server.address() as AddressInfo).port}`;
  }

  /** A new token of root. */
  async token(): Promise<string> {
    const { data } = await this.here.call('api_token_create', {
      token_name: `t${Math.random().toString(36).slice(2)}`,
    });
    return data?.token as string;
  }

  async stop(): Promise<void> {
    await this.#server?.close();
    this.here.remove();
  }
}
