// Counts the lines of the bytes log that were not counted yet. Between two counts, logrotate may have renamed the log,
// copied and truncated it, or compressed it, and Apache may still write to a renamed one.
import type { MachineFiles } from '../../../core/machine-daemons.ts';
import { MachineError } from '../../../core/machine-error.ts';
import { domainOfPlain } from '../../../core/wildcards.ts';
import { headOf, openLogs, type OpenLog } from '../../../ground/driver/logs/rotated-logs.ts';
import { wholeLines } from '../../../ground/driver/logs/whole-lines.ts';
import type { LogMove, LogPosition } from '../../../ground/rules/log-positions.ts';
import { ByteCounter, type CountedBytes } from './byte-counter.ts';
import { BYTES_LOG } from './places.ts';

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
/** … or so many sums: of a name and a day each. */
const MAX_SUMS = 100_000;

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
    const addMove = async () => {
      if (before?.position === position) return;
      const after = { device: log.device, inode: log.inode, position, ...(await headOf(log, position)) };
      this.#moves.push({ before, after });
      before = after;
    };
    try {
      for await (const { lines, length } of wholeLines(log)) {
        signal.throwIfAborted();
        if (lines === undefined) this.counter.skipped += 1;
        else this.counter.add(lines.subarray(0, length));
        position += length;
        this.#since += length;
        this.#done += length;
        if (this.#since < batchBytes && this.counter.size < MAX_SUMS) continue;
        await addMove();
        await this.keep();
      }
    } finally {
      await addMove();
    }
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
