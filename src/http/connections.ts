// Manages connections and turns before fastify sees a request. Clients that send faster than the server responds, or
// that do not read responses, have to wait or are disconnected.
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { SecureContext, SecureContextOptions, TlsOptions } from 'node:tls';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { Addresses, sourceOfAddress } from './addresses.ts';
import { clientErrorOf, hasTwoLengths, type ParserError } from './client-errors.ts';
import { ClientGone } from './client-gone.ts';
import { Connection, type Surroundings } from './connection.ts';
import { FairQueue } from './fair-queue.ts';
import type { KnownSources } from './known-sources.ts';
import type { Limits } from './limits.ts';
import { tlsOptions } from './tls.ts';
import { OneRequest, readUnevenRequest, UnevenBody } from './two-lengths.ts';

export interface Tls {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  /** The certificate for a name that a client asks for (SNI). Undefined: the one above. */
  readonly forName?: (name: string) => Promise<SecureContext | undefined>;
}

/** A client also gets the server’s certificate if the store cannot be read. */
function ofTls({ cert, key, forName }: Tls): SecureContextOptions & Pick<TlsOptions, 'SNICallback'> {
  if (forName === undefined) return { cert, key };
  return {
    ...{ cert, key },
    SNICallback: (name, done) => {
      forName(name).then(
        (context) => done(null, context),
        () => done(null),
      );
    },
  };
}

export class Connections {
  readonly #limits: Limits;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #addresses: Addresses;
  readonly #work: FairQueue;
  /** Requests that have a password checked wait long for it, so they take no turns from the others. */
  readonly #logins: FairQueue;
  readonly #connections = new Map<Socket, Connection>();
  /** Those whose only request has two lengths (`two-lengths.ts`), with its body. */
  readonly #uneven = new Map<Socket, UnevenBody>();
  /** Passes such a request on once it has one length. It listens nowhere. */
  #serveOne: (socket: Socket, request: string) => void = () => undefined;
  /** Those whose TLS handshake is not complete, by address and port of the client. */
  readonly #handshakes = new Map<string, Socket>();
  #isEnding = false;

  /** `headers` are added to responses that fastify does not write. */
  constructor(limits: Limits, headers: Readonly<Record<string, string>>, known: Pick<KnownSources, 'has'>) {
    this.#limits = limits;
    this.#headers = headers;
    this.#addresses = new Addresses(limits, known);
    this.#work = new FairQueue({ perKey: limits.requestsPerAddress, total: limits.requests });
    this.#logins = new FairQueue({
      perKey: limits.requestsPerAddress,
      total: limits.logins,
      isFirst: (source) => known.has(source),
    });
  }

  /** Creates a server that passes requests to `handler`. */
  createServer(handler: (request: IncomingMessage, response: ServerResponse) => void, tls?: Tls): Server {
    const limits = this.#limits;
    const surroundings: Surroundings = {
      limits,
      handler,
      headers: this.#headers,
      onExcess: (source) => {
        if (this.#addresses.floods(source)) this.#cutOff(source);
      },
    };
    const accept = (request: IncomingMessage, response: ServerResponse) => {
      const connection = this.#connections.get(request.socket);
      if (connection !== undefined) connection.accept(request, response);
      else request.destroy();
    };
    const options = {
      headersTimeout: limits.headersTimeout,
      requestTimeout: limits.requestTimeout,
      keepAliveTimeout: limits.keepAliveTimeout,
      connectionsCheckingInterval: limits.connectionsCheckingInterval,
      maxHeaderSize: limits.maxHeaderSize,
      // Checked below, with the usual response format.
      requireHostHeader: false,
    };
    const server =
      tls === undefined
        ? createHttpServer(options, accept)
        : createHttpsServer(
            { ...options, ...tlsOptions, ...ofTls(tls), handshakeTimeout: limits.handshakeTimeout },
            accept,
          );
    // `Addresses` decides which connection is closed beyond the limit.
    server.maxConnections = limits.maxConnections + 1;
    server.on('connection', (socket: Socket) => {
      this.#addresses.add(socket);
      if (tls !== undefined) this.#beginHandshake(socket);
    });
    server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
      const address = socket.remoteAddress;
      // The client has reset the connection before it was accepted. Its request would have no address to be counted by.
      if (address === undefined) {
        socket.destroy();
        return;
      }
      const source = sourceOfAddress(address);
      this.#handshakes.delete(peerOf(socket));
      this.#connections.set(socket, new Connection(socket, source, surroundings));
      socket.once('close', () => this.#connections.delete(socket));
    });
    // Each connection sets its own (`Connection`), because Node would set one for each request.
    server.on('timeout', (socket: Socket) => this.#connections.get(socket)?.onTimeout());
    server.on('checkExpectation', accept);
    const inner = createHttpServer(options, accept);
    inner.on('clientError', (_error, socket) => socket.destroy());
    this.#serveOne = (socket, request) => {
      const one = new OneRequest(socket, request) as unknown as Socket;
      const source = sourceOfAddress(socket.remoteAddress ?? '');
      this.#connections.set(one, new Connection(one, source, surroundings, { hasOneRequest: true }));
      one.once('close', () => this.#connections.delete(one));
      inner.emit('connection', one);
    };
    return server;
  }

  #beginHandshake(socket: Socket): void {
    const peer = peerOf(socket);
    this.#handshakes.set(peer, socket);
    socket.once('close', () => {
      if (this.#handshakes.get(peer) === socket) this.#handshakes.delete(peer);
    });
  }

  /** A server that ends does not wait for connections on which no request has arrived: Node closes only the others. */
  #closeSilent(): void {
    for (const socket of this.#handshakes.values()) socket.destroy();
    for (const [socket, connection] of this.#connections) {
      if (connection.current === undefined && !this.#uneven.has(socket)) socket.destroySoon();
    }
  }

  /** Handles input that Node cannot parse as a request. */
  onClientError(error: ParserError, socket: Socket): void {
    if (this.#readUneven(error, socket)) return;
    const connection = this.#connections.get(socket);
    // An upload has no limit for the whole request. Silent clients are disconnected (`Connection.onTimeout`).
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && connection?.isReceivingUpload === true) return;
    // An upload that is incomplete cannot be answered in a useful way, and its handler waits for the rest.
    const isCut = connection?.isReceivingUpload === true;
    if (connection === undefined || error.code === 'ECONNRESET' || !socket.writable || isCut)
      socket.destroy();
    else connection.breakOff(clientErrorOf(error));
  }

  /** @returns true if nothing else is to be done: the request with two lengths is being read, or was read. */
  #readUneven(error: ParserError, socket: Socket): boolean {
    const known = this.#uneven.get(socket);
    if (known?.state === 'complete') return true;
    const bytes = Buffer.isBuffer(error.rawPacket) ? error.rawPacket : Buffer.alloc(0);
    known?.add(bytes);
    const body = known ?? this.#beginUneven(error, bytes, socket);
    if (body === undefined) return false;
    const isOver = body.state === 'wrong' || error.code === 'ERR_HTTP_REQUEST_TIMEOUT' || !socket.writable;
    if (isOver) {
      this.#uneven.delete(socket);
      return false;
    }
    if (body.state === 'complete') this.#serveOne(socket, body.request);
    return true;
  }

  #beginUneven(error: ParserError, bytes: Buffer, socket: Socket): UnevenBody | undefined {
    // Only the first bytes of a connection are the beginning of a request for certain.
    if (!hasTwoLengths(error) || socket.bytesRead !== bytes.length) return undefined;
    const request = readUnevenRequest(bytes);
    if (request === undefined) return undefined;
    const body = new UnevenBody(request);
    this.#uneven.set(socket, body);
    socket.once('close', () => this.#uneven.delete(socket));
    return body;
  }

  /** Gives the body of a request as much time as it needs, as long as the client sends it. */
  expectUpload({ socket }: IncomingMessage): void {
    const exchange = this.#connections.get(socket)?.current;
    if (exchange !== undefined) exchange.isUpload = true;
  }

  /** Makes every route wait for its turn, and rejects excess connections. */
  guard(
    server: FastifyInstance,
    refuse: (reply: FastifyReply, status: number, sentence: string) => unknown,
  ): void {
    server.addHook('onRoute', (route) => {
      route.handler = this.#inTurn(route.handler);
    });
    server.addHook('preClose', (done) => {
      this.#isEnding = true;
      setTimeout(() => this.#closeSilent(), this.#limits.lastRequestMs).unref();
      done();
    });
    server.addHook('onRequest', (request, reply, done) => {
      const fault = this.#crowd(request.raw.socket) ?? faultOf(request.raw);
      // The connection was accepted before the server was asked to stop, so its call is answered.
      if (this.#isEnding) reply.header('connection', 'close');
      if (fault === undefined) {
        done();
        return;
      }
      if (fault.status === 503) reply.header('retry-after', '1');
      refuse(reply.header('connection', 'close'), fault.status, fault.sentence);
    });
  }

  #crowd(socket: Socket): RequestFault | undefined {
    const connection = this.#connections.get(socket);
    if (connection === undefined || !this.#addresses.hasTooMany(connection.source)) return undefined;
    const most = this.#limits.connectionsPerAddress;
    return {
      status: 503,
      sentence: `More than ${most} connections from your address are open. Close some and try ` + `again.`,
    };
  }

  /** A turn ends when the handler has finished and its response is sent, or the client has disconnected. */
  #inTurn(handler: RouteHandlerMethod): RouteHandlerMethod {
    const { work, logins } = { work: this.#work, logins: this.#logins };
    const connections = this.#connections;
    return async function (this: FastifyInstance, request: FastifyRequest, reply: FastifyReply) {
      const connection = connections.get(request.raw.socket);
      const exchange = connection?.current;
      if (connection === undefined || exchange === undefined) return reply.hijack();
      const { source } = connection;
      const queue = checksPassword(request) ? logins : work;
      if (!queue.enterNow(source)) {
        // A client that disconnects gives its place to the next one.
        const waiting = new AbortController();
        exchange.onClose = () => waiting.abort(new ClientGone());
        try {
          await queue.enter(source, waiting.signal);
        } catch (error) {
          if (error instanceof ClientGone) return reply.hijack();
          throw error;
        }
        delete exchange.onClose;
      }
      try {
        // Do not run the call if the client disconnected while it waited.
        if (exchange.isClosed) {
          reply.hijack();
          return undefined;
        }
        exchange.isHandled = true;
        const answered: unknown = await handler.call(this, request, reply);
        return answered;
      } finally {
        if (exchange.isClosed) queue.leave(source);
        else exchange.onClose = () => queue.leave(source);
      }
    };
  }

  /** Closes the connections of an address that floods, except those with a call in progress. */
  #cutOff(source: string): void {
    for (const [socket, connection] of this.#connections) {
      if (connection.source === source && connection.mayBeCut) socket.destroy();
    }
  }
}

const PASSWORD_PATH = /\/(?:login|confirm)\/?$/;

/** True if the answer can depend on a password. */
function checksPassword({ method, routeOptions, headers }: FastifyRequest): boolean {
  if (/^basic\s/i.test(headers.authorization ?? '')) return true;
  return method === 'POST' && PASSWORD_PATH.test(routeOptions.url ?? '');
}

const peerOf = ({ remoteAddress, remotePort }: Socket): string =>
  `${remoteAddress ?? ''} ${remotePort ?? ''}`;

/** Why a request is rejected. */
interface RequestFault {
  readonly status: 400 | 417 | 503;
  readonly sentence: string;
}

/** Checks of the headers that Node does not make. */
function faultOf({ httpVersionMinor, headers }: IncomingMessage): RequestFault | undefined {
  if (headers.host === undefined && httpVersionMinor > 0) {
    return { status: 400, sentence: 'The request has no Host header.' };
  }
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue') {
    return { status: 417, sentence: 'The only expectation that this server meets is 100-continue.' };
  }
  return undefined;
}
