// Counts the lines of the bytes log that were not counted yet. Between two counts, logrotate may have renamed the log,
// copied and truncated it, or compressed it, and Apache may still write to a renamed one.
import type { MachineFiles } from '../../core/machine-daemons.ts';
import { MachineError } from '../../core/machine-error.ts';
import { domainOfPlain } from '../../core/wildcards.ts';
import type { LogFile, LogMove } from '../../model/bandwidth/log-files.ts';
import { ByteCounter, type CountedBytes } from './byte-counter.ts';
import { headOf, openLogs, type OpenLog } from './logs.ts';

/** One piece is in memory at a time. */
const PIECE = 1024 * 1024;
const NEWLINE = 0x0a;

/** What is stored in one transaction, so that no line is counted twice or lost. */
export interface Batch {
  readonly counts: readonly CountedBytes[];
  readonly moves: readonly LogMove[];
}

export interface CountWork {
  readonly files: MachineFiles;
  /** The logs that were counted before, and how far. */
  readonly known: readonly LogFile[];
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

const BATCH_BYTES = 64 * 1024 * 1024;
/** … or so many sums: of a name and a day each. */
const MAX_SUMS = 100_000;

export async function countNewLines(work: CountWork): Promise<CountResult> {
  const { logs, problems } = await openLogs(work.files, work.known);
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
  readonly counter = new ByteCounter(PIECE);
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
      for await (const { lines, length } of wholeLines(log, this.counter.buffers)) {
        signal.throwIfAborted();
        if (lines === undefined) this.counter.skipped += 1;
        else this.counter.add(lines, length);
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
    const counts = this.counter.take().map((one) => ({ ...one, name: domainOfPlain(one.name) }));
    await this.#work.keep({ counts, moves: this.#moves });
    this.#moves = [];
    this.#since = 0;
    this.#work.progress(Math.min(1, this.#done / Math.max(1, this.#total)));
  }
}

interface Piece {
  /** Undefined: the piece is a part of a line that is too long. */
  readonly lines: Buffer | undefined;
  /** In bytes. */
  readonly length: number;
}

/** Reads pieces of complete lines, and the next one while the caller works. An incomplete last line is left for later. */
async function* wholeLines(log: OpenLog, buffers: ByteCounter['buffers']): AsyncGenerator<Piece> {
  let [buffer, other] = buffers;
  let position = log.start;
  let isInLongLine = false;
  // Not what is added in the meantime: the next count reads it.
  const piece = () => Math.min(PIECE, Math.max(0, log.end - position));
  let size = await log.read(buffer, piece(), position);
  while (size > 0) {
    const newline: number = isInLongLine
      ? buffer.subarray(0, size).indexOf(NEWLINE)
      : buffer.lastIndexOf(NEWLINE, size - 1);
    let length = newline + 1;
    const isLong = isInLongLine || newline < 0;
    if (newline < 0) {
      // The end of the log, before the line is complete.
      if (size < PIECE) return;
      length = size;
    }
    isInLongLine = newline < 0;
    position += length;
    const next = log.read(other, piece(), position);
    // A failure is thrown by the last `await`. Until then, it is not unhandled.
    next.catch(() => 0);
    try {
      yield { lines: isLong ? undefined : buffer, length };
    } finally {
      // The caller may end early and then close the file.
      await next.catch(() => 0);
    }
    size = await next;
    [buffer, other] = [other, buffer];
  }
}
