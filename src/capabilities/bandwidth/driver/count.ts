// Counts the lines of the bytes log that were not counted yet. Between two counts, logrotate may have renamed the log,
// copied and truncated it, or compressed it, and Apache may still write to a renamed one.
import type { MachineFiles } from '../../../core/machine-daemons.ts';
import { MachineError } from '../../../core/machine-error.ts';
import { domainOfPlain } from '../../../core/wildcards.ts';
import { headOf, openLogs, type OpenLog } from '../../../ground/driver/logs/rotated-logs.ts';
import { NEWLINE, wholeLines } from '../../../ground/driver/logs/whole-lines.ts';
import type { LogMove, LogPosition } from '../../../ground/rules/log-positions.ts';
import { ByteCounter, type CountedBytes } from './byte-counter.ts';
import { BYTES_LOG } from './places.ts';
import type { CountThreads, LogRange } from './count-threads.ts';

/** What is stored in one transaction, so that no line is counted twice or lost. */
export interface Batch {
  readonly counts: readonly CountedBytes[];
  readonly moves: readonly LogMove[];
}

export interface CountWork {
  readonly files: MachineFiles;
  /** The logs that were counted before, and how far. */
  readonly known: readonly LogPosition[];
  /** Stores a batch. Called at least once if there is anything to store. */
  readonly keep: (batch: Batch) => Promise<void>;
  /** @param share of the bytes, from 0 to 1. */
  readonly progress: (share: number) => void;
  readonly signal: AbortSignal;
  /** After how many bytes of logs a batch is stored. */
  readonly batchBytes?: number;
  /** Count a long log together. */
  readonly threads?: CountThreads | undefined;
  /** How much of a log must be left for threads. */
  readonly threadBytes?: number;
}

export interface CountResult {
  readonly lines: number;
  /** Lines of another form. */
  readonly skipped: number;
  /** Why logs could not be read, or only in part: a sentence each. */
  readonly problems: readonly string[];
}

/** A batch is stored after so many bytes, … */
const BATCH_BYTES = 64 * 1024 * 1024;
/** … which threads count within a second, … */
const THREADS_BATCH_BYTES = 1024 * 1024 * 1024;
/** … or so many sums: of a name and a day each. */
const MAX_SUMS = 100_000;
/** For less, starting threads would take longer than counting. */
const THREAD_BYTES = 16 * 1024 * 1024;
/** What threads count ends with the first line end after a position, which is at most so far away. */
const MAX_CUT = 64 * 1024;

export async function countNewLines(work: CountWork): Promise<CountResult> {
  const { logs, problems } = await openLogs(work.files, BYTES_LOG, work.known);
  try {
    const counting = new Counting(work, logs);
    for (const one of logs) {
      try {
        await counting.count(one);
      } catch (error) {
        // The other logs are counted nevertheless.
        if (!(error instanceof MachineError)) throw error;
        problems.push(error.message);
      }
    }
    await counting.keep();
    const { lines, skipped } = counting.counter;
    return { lines, skipped, problems };
  } finally {
    await work.threads?.close();
    for (const one of logs) one.close();
  }
}

class Counting {
  readonly counter = new ByteCounter();
  readonly #work: CountWork;
  /** In bytes. */
  readonly #total: number;
  #done = 0;
  /** The bytes since the last batch. */
  #since = 0;
  #moves: LogMove[] = [];

  constructor(work: CountWork, logs: readonly OpenLog[]) {
    this.#work = work;
    this.#total = logs.reduce((sum, { size, start }) => sum + Math.max(0, size - start), 0);
  }

  /** What was read before an error counts. */
  async count(log: OpenLog): Promise<void> {
    const { signal, batchBytes = BATCH_BYTES } = this.#work;
    let before = log.known;
    let position = log.start;
    const advance = (length: number) => {
      position += length;
      this.#since += length;
      this.#done += length;
    };
    const addMove = async () => {
      if (before?.position === position) return;
      const after = { device: log.device, inode: log.inode, position, ...(await headOf(log, position)) };
      this.#moves.push({ before, after });
      before = after;
    };
    try {
      for (let length; (length = await this.#countInThreads(log, position)) > 0;) {
        advance(length);
        await addMove();
        await this.keep();
        signal.throwIfAborted();
      }
      for await (const { lines, length } of wholeLines({ ...log, start: position })) {
        signal.throwIfAborted();
        if (lines === undefined) this.counter.skipped += 1;
        else this.counter.add(lines.subarray(0, length));
        advance(length);
        if (this.#since < batchBytes && this.counter.size < MAX_SUMS) continue;
        await addMove();
        await this.keep();
      }
    } finally {
      await addMove();
    }
  }

  /** @returns how many bytes were counted. 0 if the rest is for this thread. */
  async #countInThreads(log: OpenLog, start: number): Promise<number> {
    const { threads } = this.#work;
    if (threads === undefined) return 0;
    const range = await this.#rangeOf(log, start);
    const result = range && (await threads.run(range));
    if (result === undefined) return 0;
    for (const one of result.counted) this.counter.addCounted(one);
    return result.reached - start;
  }

  /** The lines of the next batch. Undefined if little is left. */
  async #rangeOf(
    { descriptor, end, read }: OpenLog,
    start: number,
  ): Promise<Omit<LogRange, 'taken'> | undefined> {
    const { batchBytes = THREADS_BATCH_BYTES, threadBytes = THREAD_BYTES } = this.#work;
    const left = end - start - MAX_CUT;
    if (descriptor === undefined || left < threadBytes) return undefined;
    const to = await lineEndFrom(read, start + Math.min(batchBytes, left));
    return to === undefined ? undefined : { descriptor, start, end: to, maxSums: MAX_SUMS };
  }

  async keep(): Promise<void> {
    if (this.#moves.length === 0) return;
    // The log has the names of Apache’s servers.
    const counts = this.counter.take(domainOfPlain);
    await this.#work.keep({ counts, moves: this.#moves });
    this.#moves = [];
    this.#since = 0;
    this.#work.progress(Math.min(1, this.#done / Math.max(1, this.#total)));
  }
}

/** @returns the position behind the next newline. Undefined if it is far away. */
async function lineEndFrom(read: OpenLog['read'], position: number): Promise<number | undefined> {
  const next = Buffer.alloc(MAX_CUT);
  const newline = next.subarray(0, await read(next, MAX_CUT, position)).indexOf(NEWLINE);
  return newline < 0 ? undefined : position + newline + 1;
}
