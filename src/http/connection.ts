// One connection. Its requests are processed one at a time, even if the client sends several ahead (pipelining). A
// request in progress is answered before the connection closes, regardless of what arrives after it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { rawAnswer, type ClientError } from './client-errors.ts';
import type { Limits } from './limits.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A request with its response. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** True once the route’s handler runs. From then on, the call may have been executed. */
  isHandled: boolean;
  /** True for a body that can take long to arrive, because it is written to a disk meanwhile. */
  isUpload: boolean;
  isClosed: boolean;
  /** Called once the response has been passed to the system, or the client has disconnected. */
  onClose?: () => void;
}

/** The server as a connection needs it. */
export interface Surroundings {
  readonly limits: Limits;
  readonly handler: Handler;
  /** Headers of responses that are written without fastify. */
  readonly headers: Readonly<Record<string, string>>;
  /** Called for each request that arrives while too many are waiting. */
  readonly onExcess: (source: string) => void;
}

export class Connection {
  readonly source: string;
  readonly #socket: Socket;
  readonly #surroundings: Surroundings;
  readonly #waiting: Exchange[] = [];
  #current: Exchange | undefined;
  #isClosing = false;
  #hasAnswered = false;
  /** The final response, to a request that could not be read. */
  #lastWords: ClientError | undefined;

  readonly #hasOneRequest: boolean;

  /** `hasOneRequest`: it is closed after the first response. */
  constructor(socket: Socket, source: string, surroundings: Surroundings, { hasOneRequest = false } = {}) {
    this.#hasOneRequest = hasOneRequest;
    this.#socket = socket;
    this.source = source;
    this.#surroundings = surroundings;
    socket.once('close', () => (this.#waiting.length = 0));
  }

  /** False while a call may be executing. */
  get mayBeCut(): boolean {
    return this.#current?.isHandled !== true;
  }

  /** True if the body of an upload has not arrived completely. */
  get isReceivingUpload(): boolean {
    return this.#current?.isUpload === true && !this.#current.request.complete;
  }

  /** Starts the exchange of this request. */
  get current(): Exchange | undefined {
    return this.#current;
  }

  /** Handles a new request, whose body may not have arrived yet. */
  accept(request: IncomingMessage, response: ServerResponse): void {
    const exchange: Exchange = { request, response, isHandled: false, isUpload: false, isClosed: false };
    if (this.#current === undefined && !this.#isClosing) {
      this.#isClosing = this.#hasOneRequest;
      this.#begin(exchange);
      return;
    }
    if (this.#isClosing || this.#waiting.length >= this.#surroundings.limits.waitingPerConnection) {
      // Not answered: a client that sends this many ahead must expect the connection to close.
      this.#closeAfterWaiting();
      this.#surroundings.onExcess(this.source);
      return;
    }
    this.#waiting.push(exchange);
    // Pause reading, so that further requests stay in the client’s memory.
    this.#socket.pause();
  }

  /** Handles input that is not HTTP or arrived too slowly. Earlier requests are still answered. */
  breakOff(error: ClientError): void {
    // What the client sends would prolong the time that it has to read its response (`limits.writeTimeout`). A client
    // that reads is still read from: otherwise the system would reset the connection, and a response could be lost.
    if (this.#socket.writableLength > 0) this.#socket.pause();
    if (this.#isClosing) return;
    const last = this.#waiting.at(-1) ?? this.#current;
    const isWhole = last !== undefined && (last.request.complete || last.isHandled);
    // The client would take an error about bytes after a complete request for the response to that request.
    const isStray = isWhole || (last === undefined && this.#hasAnswered && error.status === 400);
    if (!isStray) this.#lastWords = error;
    if (!isWhole && last !== undefined) {
      if (last === this.#current) this.#current = undefined;
      else this.#waiting.pop();
    }
    this.#closeAfterWaiting();
  }

  /** Handles a client that has not read or sent anything for a while. */
  onTimeout(): void {
    const isWorking = this.#current !== undefined && this.#socket.writableLength === 0;
    // The client sends nothing, although its upload is being read.
    const isSilent = this.isReceivingUpload && this.#current?.request.readableFlowing === true;
    if (!isWorking || isSilent) this.#socket.destroy();
  }

  #begin(exchange: Exchange): void {
    this.#current = exchange;
    const { request, response } = exchange;
    // Emitted once. `once` would make a function for each response and take the listener off again.
    response.on('close', () => {
      exchange.isClosed = true;
      exchange.onClose?.();
      if (this.#current === exchange) this.#goOn();
    });
    if (this.#isClosing && this.#waiting.length === 0) response.setHeader('connection', 'close');
    const { handler, limits } = this.#surroundings;
    this.#socket.setTimeout(limits.writeTimeout);
    handler(request, response);
  }

  #goOn(): void {
    this.#current = undefined;
    this.#hasAnswered = true;
    const next = this.#waiting.shift();
    if (next !== undefined) this.#begin(next);
    else if (this.#isClosing) this.#close();
    else this.#socket.resume();
  }

  #closeAfterWaiting(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    if (this.#current === undefined) {
      this.#close();
      return;
    }
    const last = this.#waiting.at(-1)?.response ?? this.#current.response;
    if (!last.headersSent) last.setHeader('connection', 'close');
  }

  #close(): void {
    const { headers } = this.#surroundings;
    if (this.#lastWords !== undefined && this.#socket.writable) {
      this.#socket.write(rawAnswer(this.#lastWords, headers));
    }
    this.#socket.destroySoon();
  }
}
