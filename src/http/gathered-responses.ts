// Sends responses that are known as soon as the request is read: each at once if few requests arrive together, otherwise
// together, after the last request of this round of the event loop has been read.
//
// Under load, every second response that is sent at once wakes a client that has gone to sleep. That takes almost as long as
// everything else. With few clients, gathering is slower: they sleep while the server gathers, and it sleeps while they ask.
import type { ServerResponse } from 'node:http';

interface ReadyResponse {
  readonly response: ServerResponse;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: string | Buffer;
}

/** Gathering fewer responses of a round was slower than sending them at once (1 to 64 connections of wrk, two processors). */
const MANY = 4;
/** Responses that are sent at once, before a round is gathered to find out how many arrive together. */
const BETWEEN_LOOKS = 64;

export class GatheredResponses {
  #gathered: ReadyResponse[] = [];
  #untilLook = BETWEEN_LOOKS;

  /** Sends a response with status 200, in this round of the event loop. */
  send(response: ServerResponse, headers: string[], body: string | Buffer): void {
    if (this.#untilLook > 0) {
      this.#untilLook -= 1;
      response.writeHead(200, headers).end(body);
      return;
    }
    if (this.#gathered.length === 0) setImmediate(() => this.#sendAll());
    this.#gathered.push({ response, headers, body });
  }

  #sendAll(): void {
    const all = this.#gathered;
    this.#gathered = [];
    if (all.length < MANY) this.#untilLook = BETWEEN_LOOKS;
    for (const { response, headers, body } of all) response.writeHead(200, headers).end(body);
  }
}
