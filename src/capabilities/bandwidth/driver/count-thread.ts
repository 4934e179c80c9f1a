// The threads that count a long log together. The build bundles this as a separate file.
import { readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { NEWLINE } from '../../../ground/driver/logs/whole-lines.ts';
import { ByteCounter } from './byte-counter.ts';
import { NEXT, STOPPED, type CountedShare, type LogRange } from './count-threads.ts';

/** Small enough for the cache of the processor, so that what was read is still there when it is counted. */
const PIECE = 256 * 1024;
/** A piece ends with the line that goes on behind it, which is at most so much longer. */
const MAX_REST = 512;

const counter = new ByteCounter();
const buffer = Buffer.allocUnsafe(PIECE + MAX_REST);

/** Counts pieces of the range until the threads have taken all of them. */
function count(range: LogRange): CountedShare {
  const { start, end, maxSums, taken } = range;
  const { lines, skipped } = counter;
  let reached: number | undefined = start;
  while (Atomics.load(taken, STOPPED) === 0) {
    const from = start + PIECE * Atomics.add(taken, NEXT, 1);
    if (from >= end) break;
    reached = countPiece(range, from);
    if (reached === undefined || counter.size >= maxSums) Atomics.store(taken, STOPPED, 1);
  }
  return {
    reached,
    lines: counter.lines - lines,
    skipped: counter.skipped - skipped,
    sums: counter.takeSums(),
  };
}

/**
 * Counts the lines that begin behind a newline of the piece at `from`, and at the start of the range its first line.
 * @returns the position behind them. Undefined if this cannot be read or has a long line: the caller counts it again.
 */
function countPiece({ descriptor, start, end }: LogRange, from: number): number | undefined {
  const wanted = Math.min(PIECE + MAX_REST, end - from);
  let size: number;
  try {
    size = readSync(descriptor, buffer, 0, wanted, from);
  } catch {
    return undefined;
  }
  if (size < wanted) return undefined;
  const first = from === start ? 0 : buffer.indexOf(NEWLINE) + 1;
  // The range ends with a newline.
  const last = end - from <= PIECE ? end - from : buffer.indexOf(NEWLINE, PIECE) + 1;
  const isComplete = (at: number) => at > 0 && at <= size;
  if (!isComplete(last) || (from > start && !isComplete(first))) return undefined;
  counter.add(buffer.subarray(first, last));
  return from + last;
}

parentPort?.on('message', (range: LogRange) => parentPort?.postMessage(count(range)));
