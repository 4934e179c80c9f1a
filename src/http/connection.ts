// One connection: its requests are handed over one at a time, however many a client sends ahead (pipelining), and a
// request that has been handed over is answered before the connection closes, whatever arrives after it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { rawAnswer, type ClientError } from './client-errors.ts';
import type { Limits } from './limits.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A request with its response. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** True once the route’s handler runs: from then on a call may have been carried out. */
  isHandled: boolean;
  isClosed: boolean;
  /** Runs once the answer has been handed to the system, or the client is gone. */
  onClose?: () => void;
}

/** What a connection needs of the server around it. */
export interface Surroundings {
  readonly limits: Limits;
  readonly handler: Handler;
  /** Headers of the answers that are written without fastify. */
  readonly headers: Readonly<Record<string, string>>;
  /** Told of each request that came while too many waited already. */
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
  /** What is answered at the end to a request that could not be read. */
  #lastWords: ClientError | undefined;

  constructor(socket: Socket, source: string, surroundings: Surroundings) {
    this.#socket = socket;
    this.source = source;
    this.#surroundings = surroundings;
    socket.once('close', () => (this.#waiting.length = 0));
  }

  /** True unless a call may be carried out at this moment. */
  get mayBeCut(): boolean {
    return this.#current?.isHandled !== true;
  }

  /** The exchange that is going on is of this request. */
  get current(): Exchange | undefined {
    return this.#current;
  }

  /** A request has arrived, perhaps without its body. */
  accept(request: IncomingMessage, response: ServerResponse): void {
    const exchange: Exchange = { request, response, isHandled: false, isClosed: false };
    if (this.#current === undefined && !this.#isClosing) {
      this.#begin(exchange);
      return;
    }
    if (this.#isClosing || this.#waiting.length >= this.#surroundings.limits.waitingPerConnection) {
      // It is not answered: whoever sends so many ahead has to expect that the connection closes before.
      this.#closeAfterWaiting();
      this.#surroundings.onExcess(this.source);
      return;
    }
    this.#waiting.push(exchange);
    // What the client sends ahead stays in its own memory.
    this.#socket.pause();
  }

  /** What arrived is not HTTP, or came too slowly. Requests before it are answered. */
  breakOff(error: ClientError): void {
    if (this.#isClosing) return;
    const last = this.#waiting.at(-1) ?? this.#current;
    const isWhole = last !== undefined && (last.request.complete || last.isHandled);
    // Bytes after a whole request belong to it in the client’s mind: an error would seem to be the request’s.
    const isStray = isWhole || (last === undefined && this.#hasAnswered && error.status === 400);
    if (!isStray) this.#lastWords = error;
    if (!isWhole && last !== undefined) {
      if (last === this.#current) this.#current = undefined;
      else this.#waiting.pop();
    }
    this.#closeAfterWaiting();
  }

  /** The client has not read or sent anything for a while. */
  onTimeout(): void {
    const isWorking = this.#current !== undefined && this.#socket.writableLength === 0;
    if (!isWorking) this.#socket.destroy();
  }

  #begin(exchange: Exchange): void {
    this.#current = exchange;
    const { request, response } = exchange;
    response.once('close', () => {
      exchange.isClosed = true;
      exchange.onClose?.();
      if (this.#current === exchange) this.#goOn();
    });
    if (this.#isClosing && this.#waiting.length === 0) response.setHeader('connection', 'close');
    this.#surroundings.handler(request, response);
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
