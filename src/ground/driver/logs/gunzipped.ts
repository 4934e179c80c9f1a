// Reads a compressed log as if it were not compressed: from the beginning on, piece by piece.
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { OpenFile } from '../../../core/machine-daemons.ts';
import { MachineError } from '../../../core/machine-error.ts';

const PIECE = 64 * 1024;
/** How many of the bytes that were read last are kept. A log is read again from the beginning of an incomplete line on. */
const KEPT = 64 * 1024;

/**
 * The first bytes are kept, because a log is recognised by them, and the last ones. Reading farther backwards starts again
 * at the beginning.
 */
export function gunzipped(file: OpenFile, headSize: number): Pick<OpenFile, 'read' | 'close'> {
  let pieces: AsyncIterator<Buffer> | undefined;
  /** The position of the first byte of `rest`. */
  let at = 0;
  let rest: Buffer = Buffer.alloc(0);
  let head: Buffer | undefined;
  /** The bytes before `at`. */
  let kept: Buffer = Buffer.alloc(0);
  const end = async () => {
    const former = pieces;
    pieces = undefined;
    kept = Buffer.alloc(0);
    await former?.return?.();
  };
  const readFrom = async (buffer: Uint8Array, length: number, position: number): Promise<number> => {
    if (position < at && position >= at - kept.length) {
      rest = Buffer.concat([kept.subarray(position - at), rest]);
      at = position;
    }
    if (pieces !== undefined && position < at) await end();
    if (pieces === undefined) {
      pieces = decompressed(file)[Symbol.asyncIterator]();
      at = 0;
      rest = Buffer.alloc(0);
    }
    let done = 0;
    while (done < length) {
      if (rest.length === 0) {
        const next = await pieces.next();
        if (next.done === true) break;
        rest = next.value;
      }
      const skipped = Math.min(rest.length, Math.max(0, position - at));
      const copied = rest.copy(buffer, done, skipped, skipped + length - done);
      done += copied;
      at += skipped + copied;
      rest = rest.subarray(skipped + copied);
    }
    if (done > 0) kept = Buffer.from(buffer.slice(Math.max(0, done - KEPT), done));
    return done;
  };
  const read: OpenFile['read'] = async (buffer, length, position) => {
    if (head === undefined) {
      const first = Buffer.alloc(headSize);
      head = first.subarray(0, await readFrom(first, headSize, 0));
    }
    if (position + length > headSize) return readFrom(buffer, length, position);
    return head.copy(buffer, 0, position, position + length);
  };
  // One after the other, because they share the pieces.
  let last: Promise<unknown> = Promise.resolve();
  return {
    async read(buffer, length, position) {
      const result = last.then(() => read(buffer, length, position));
      last = result.catch(() => undefined);
      try {
        return await result;
      } catch (cause) {
        const reason = (cause as Error).message;
        throw new MachineError('failed', `A compressed log could not be read: ${reason}.`, { cause });
      }
    },
    close() {
      void end().finally(() => file.close());
    },
  };
}

function decompressed(file: OpenFile): AsyncIterable<Buffer> {
  const gunzip = createGunzip();
  // A pipe does not pass errors on.
  Readable.from(compressed(file))
    .once('error', (error) => gunzip.destroy(error))
    .pipe(gunzip);
  return gunzip as AsyncIterable<Buffer>;
}

async function* compressed(file: OpenFile): AsyncGenerator<Buffer> {
  for (let position = 0; ;) {
    const buffer = Buffer.allocUnsafe(PIECE);
    const size = await file.read(buffer, PIECE, position);
    if (size === 0) return;
    position += size;
    yield buffer.subarray(0, size);
  }
}
