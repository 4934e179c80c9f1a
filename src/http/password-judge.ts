// Rates the strength of passwords in a separate thread, one at a time and with a time limit.
import { Worker } from 'node:worker_threads';
import type { PasswordStrength } from '../core/context.ts';
import { ApiError } from '../core/errors.ts';

export interface Question {
  readonly candidate: string;
  readonly known: readonly string[];
}

interface Waiting extends Question {
  readonly resolve: (strength: number) => void;
  readonly reject: (error: Error) => void;
}

/** The time limit per password. The slowest take a quarter of a second on an idle server. */
const TIMEOUT_MS = 5000;
/** The maximum number of waiting passwords. Further ones are rejected. */
const MAX_WAITING = 20;
/** The thread and its dictionaries need 20 MB, so it ends after this time without a password. */
const IDLE_MS = 60_000;

/**
 * Rates passwords with `strengthOf`. The thread starts with a password if there is none: at first, after a failure, and
 * after a minute without passwords.
 */
export class PasswordJudge {
  readonly #file: string;
  readonly #timeoutMs: number;
  readonly #idleMs: number;
  /** The first is the one in progress. */
  readonly #queue: Waiting[] = [];
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param file the built `password-worker.ts`. */
  constructor(file: string, timeoutMs = TIMEOUT_MS, idleMs = IDLE_MS) {
    this.#file = file;
    this.#timeoutMs = timeoutMs;
    this.#idleMs = idleMs;
  }

  /** @throws ApiError `busy` if too many passwords wait, or this one takes too long. */
  readonly strengthOf: PasswordStrength = (candidate, known) =>
    new Promise((resolve, reject) => {
      if (this.#queue.length > MAX_WAITING) {
        reject(busy('too many other passwords are waiting'));
        return;
      }
      this.#queue.push({ candidate, known, resolve, reject });
      if (this.#queue.length === 1) this.#askNext();
    });

  /** Ends the thread. A waiting thread would keep the process alive, even if it is unreferenced. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#worker?.terminate();
  }

  #askNext(): void {
    const [next] = this.#queue;
    if (next === undefined) return this.#waitForRest();
    clearTimeout(this.#timer);
    const worker = (this.#worker ??= this.#start());
    this.#timer = setTimeout(() => {
      this.#endWorker(busy(`it took more than ${this.#timeoutMs / 1000} seconds`));
      void worker.terminate();
    }, this.#timeoutMs);
    const { candidate, known } = next;
    worker.postMessage({ candidate, known } satisfies Question);
  }

  #waitForRest(): void {
    this.#timer = setTimeout(() => {
      const worker = this.#worker;
      this.#worker = undefined;
      void worker?.terminate();
    }, this.#idleMs).unref();
  }

  #start(): Worker {
    const worker = new Worker(this.#file);
    // A server that is stopping does not wait for the thread.
    worker.unref();
    worker.on('message', (strength: number) => this.#settle(({ resolve }) => resolve(strength)));
    worker.on('error', (error: Error) => {
      if (this.#worker === worker) this.#endWorker(error);
    });
    return worker;
  }

  /** The password in progress fails. The waiting ones get a new thread. */
  #endWorker(error: Error): void {
    this.#worker = undefined;
    this.#settle(({ reject }) => reject(error));
  }

  #settle(answer: (waiting: Waiting) => void): void {
    clearTimeout(this.#timer);
    const done = this.#queue.shift();
    if (done !== undefined) answer(done);
    this.#askNext();
  }
}

function busy(cause: string): ApiError {
  return new ApiError(
    'busy',
    `The strength of the password could not be checked: ${cause}. Nothing was changed. Retry the call.`,
  );
}
