// Counts the lines of the bytes log that were not counted yet. Between two counts, logrotate may have renamed the log,
// copied and truncated it, or compressed it, and Apache may still write to a renamed one.
import type { MachineFiles } from '../../core/machine-daemons.ts';
import type { LogFile, LogMove } from '../../model/bandwidth/log-files.ts';
import { ByteCounter, type CountedBytes } from './byte-counter.ts';
import { headOf, openLogs, type OpenLog } from './logs.ts';

/** One piece is in memory at a time. */
const PIECE = 1024 * 1024;
/** The counter reads up to three bytes more than a line has. */
const BEHIND = 8;
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
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  /** After how many bytes of logs a batch is stored. */
  readonly batchBytes?: number;
}

export interface CountResult {
  readonly lines: number;
  /** Lines of another form. */
  readonly skipped: number;
}

const BATCH_BYTES = 64 * 1024 * 1024;
const MAX_NAMES = 100_000;

/** @throws MachineError if a log cannot be read. What was kept before stays counted. */
export async function countNewLines(work: CountWork): Promise<CountResult> {
  const { files, known, keep, progress, log, signal, batchBytes = BATCH_BYTES } = work;
  const logs = await openLogs(files, known, log);
  try {
    const counter = new ByteCounter();
    const total = logs.reduce((sum, one) => sum + Math.max(0, one.size - one.start), 0);
    let moves: LogMove[] = [];
    let since = 0;
    let done = 0;
    const keepBatch = async () => {
      await keep({ counts: counter.take(), moves });
      moves = [];
      since = 0;
      progress(total === 0 ? 1 : Math.min(1, done / total));
    };
    for (const one of logs) {
      let before = one.known;
      const moveTo = async (position: number) => {
        const head = await headOf(one, position);
        const after = { device: one.device, inode: one.inode, position, ...head };
        moves.push({ before, after });
        before = after;
      };
      let position = one.start;
      let isMoved = one.known === undefined || one.known.position !== position;
      for await (const piece of wholeLines(one)) {
        signal.throwIfAborted();
        if (piece.lines === undefined) counter.skipped += 1;
        else counter.add(piece.lines, 0, piece.length);
        position += piece.length;
        isMoved = true;
        since += piece.length;
        done += piece.length;
        if (since < batchBytes && counter.names < MAX_NAMES) continue;
        await moveTo(position);
        await keepBatch();
        isMoved = false;
      }
      if (isMoved) await moveTo(position);
    }
    if (moves.length > 0) await keepBatch();
    return { lines: counter.lines, skipped: counter.skipped };
  } finally {
    for (const one of logs) one.close();
  }
}

interface Piece {
  /** Undefined: the piece is a part of a line that is too long. */
  readonly lines: Uint8Array | undefined;
  /** In bytes. */
  readonly length: number;
}

/** Reads pieces of complete lines, and the next one while the caller works. An incomplete last line is left for later. */
async function* wholeLines(log: OpenLog): AsyncGenerator<Piece> {
  let buffer = Buffer.allocUnsafeSlow(PIECE + BEHIND);
  let other = Buffer.allocUnsafeSlow(PIECE + BEHIND);
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
