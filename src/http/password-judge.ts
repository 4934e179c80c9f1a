// Has passwords judged by a thread of its own, one after the other, each within a bounded time.
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

/** How long one password may take. The slowest take a quarter of a second on an idle machine. */
const TIMEOUT_MS = 5000;
/** Passwords that wait at once; more are refused. */
const MAX_WAITING = 20;

/** Judges passwords as `strengthOf` does. The thread starts with the first password, and again after it has failed. */
export class PasswordJudge {
  readonly #file: string;
  readonly #timeoutMs: number;
  /** The first is the one that the thread is working on. */
  readonly #queue: Waiting[] = [];
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param file what the build made of `password-worker.ts`. */
  constructor(file: string, timeoutMs = TIMEOUT_MS) {
    this.#file = file;
    this.#timeoutMs = timeoutMs;
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

  /** Ends the thread. A thread that waits for questions would keep the process alive, even if it is unreferenced. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #askNext(): void {
    const [next] = this.#queue;
    if (next === undefined) return;
    const worker = (this.#worker ??= this.#start());
    this.#timer = setTimeout(() => {
      this.#endWorker(busy(`it took more than ${this.#timeoutMs / 1000} seconds`));
      void worker.terminate();
    }, this.#timeoutMs);
    const { candidate, known } = next;
    worker.postMessage({ candidate, known } satisfies Question);
  }

  #start(): Worker {
    const worker = new Worker(this.#file);
    // A server that has been told to stop does not wait for it.
    worker.unref();
    worker.on('message', (strength: number) => this.#settle(({ resolve }) => resolve(strength)));
    worker.on('error', (error: Error) => {
      if (this.#worker === worker) this.#endWorker(error);
    });
    return worker;
  }

  /** The password in hand is lost; those behind it get a new thread. */
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
    `The strength of the password could not be checked: ${cause}. Retry the call; nothing was changed.`,
  );
}
