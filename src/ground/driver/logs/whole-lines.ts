// Reads a log in pieces of complete lines.
import type { OpenLog } from './rotated-logs.ts';

export const NEWLINE = 0x0a;
/** One piece is in memory at a time. */
const PIECE = 256 * 1024;

export interface Piece {
  /** Undefined: the piece is a part of a line that is too long. */
  readonly lines: Buffer | undefined;
  /** In bytes. */
  readonly length: number;
}

/** Reads pieces of complete lines, and the next one while the caller works. An incomplete last line is left for later. */
export async function* wholeLines(log: OpenLog): AsyncGenerator<Piece> {
  let [buffer, other] = [Buffer.allocUnsafe(PIECE), Buffer.allocUnsafe(PIECE)];
  let position = log.start;
  let isInLongLine = false;
  // Not what is added in the meantime: the next reading does.
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
