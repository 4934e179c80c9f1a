// Threads that count a long log together, while the event loop of the server continues.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CountedLines } from './byte-counter.ts';

/** Complete lines of a log, in an open file. The threads take pieces of it in turn. */
export interface LogRange {
  readonly descriptor: number;
  readonly start: number;
  /** The position behind the last newline. */
  readonly end: number;
  /** A thread stops all of them when it has so many sums. */
  readonly maxSums: number;
  /** The threads share it: the number of the `NEXT` piece, and whether they have `STOPPED`. */
  readonly taken: Int32Array;
}

export const NEXT = 0;
export const STOPPED = 1;

/** What one thread has counted. */
export interface CountedShare extends CountedLines {
  /** The end of its last piece. Undefined if the file was truncated, cannot be read, or has very long lines. */
  readonly reached: number | undefined;
}

/** More would take the processor away from the websites. */
const MOST = 2;

export class CountThreads {
  readonly #program: string;
  readonly #threads: Worker[] = [];

  /** @param program the built `count-thread.ts`. */
  constructor(program: string) {
    this.#program = program;
  }

  /**
   * Counts the lines of a range from its start.
   * @returns the position up to which they were counted, and what. Undefined if a part of them cannot be counted here.
   * @throws the error of a thread.
   */
  async run(
    range: Omit<LogRange, 'taken'>,
  ): Promise<{ reached: number; counted: CountedLines[] } | undefined> {
    const count = Math.min(MOST, availableParallelism());
    while (this.#threads.length < count) this.#threads.push(new Worker(this.#program, { execArgv: [] }));
    const shared = { ...range, taken: new Int32Array(new SharedArrayBuffer(8)) };
    const outcomes = await Promise.allSettled(this.#threads.map((thread) => ask(thread, shared)));
    let reached = range.start;
    const counted = outcomes.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      // A thread that cannot count a piece stops the others.
      reached = Math.max(reached, one.value.reached ?? NaN);
      return one.value;
    });
    return Number.isNaN(reached) ? undefined : { reached, counted };
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map((thread) => thread.terminate()));
  }
}

function ask(thread: Worker, range: LogRange): Promise<CountedShare> {
  return new Promise((done, fail) => {
    const answered = (counted: CountedShare) => end(() => done(counted));
    const failed = (error: Error) => end(() => fail(error));
    const ended = () => end(() => fail(new Error('A thread that counts a log has ended.')));
    const end = (settle: () => void) => {
      thread.off('message', answered).off('error', failed).off('exit', ended);
      settle();
    };
    thread.once('message', answered).once('error', failed).once('exit', ended);
    thread.postMessage(range);
  });
}

let program: string | undefined;

/** From now on, this process counts long logs in threads. @param path the built `count-thread.ts`. */
export function useCountThreads(path: string): void {
  program = path;
}

/** Undefined if this process counts everything itself. */
export const newCountThreads = () => (program === undefined ? undefined : new CountThreads(program));
