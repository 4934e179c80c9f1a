// Reads a compressed log as if it were not compressed: from the beginning on, piece by piece.
import { createGunzip, type Gunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import type { OpenFile } from '../../core/machine-daemons.ts';
import { MachineError } from '../../core/machine-error.ts';

const PIECE = 64 * 1024;

/** The first bytes are kept. Reading backwards otherwise starts again at the beginning of the file. */
export function gunzipped(file: OpenFile, headSize: number): Pick<OpenFile, 'read' | 'close'> {
  let stream: Gunzip | undefined;
  let at = 0;
  let head: Buffer | undefined;
  const restart = () => {
    stream?.destroy();
    at = 0;
    stream = createGunzip();
    const compressed = Readable.from(piecesOf(file));
    compressed.once('error', (error) => stream?.destroy(error));
    compressed.pipe(stream);
    return stream;
  };
  const read = async (buffer: Uint8Array, length: number, position: number): Promise<number> => {
    const source = stream === undefined || position < at ? restart() : stream;
    let done = 0;
    try {
      while (done < length) {
        const wanted = position > at ? Math.min(position - at, PIECE) : length - done;
        const chunk = await pull(source, wanted);
        if (chunk === undefined) break;
        if (at >= position) {
          buffer.set(chunk, done);
          done += chunk.length;
        }
        at += chunk.length;
      }
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new MachineError('failed', `A compressed log could not be read: ${reason}.`, { cause });
    }
    return done;
  };
  return {
    async read(buffer, length, position) {
      if (position + length > headSize) return read(buffer, length, position);
      if (head === undefined) {
        const first = Buffer.alloc(headSize);
        head = first.subarray(0, await read(first, headSize, 0));
      }
      return head.copy(buffer, 0, position, position + length);
    },
    close() {
      stream?.destroy();
      file.close();
    },
  };
}

async function* piecesOf(file: OpenFile): AsyncGenerator<Buffer> {
  for (let position = 0; ;) {
    const buffer = Buffer.allocUnsafe(PIECE);
    const size = await file.read(buffer, PIECE, position);
    if (size === 0) return;
    position += size;
    yield buffer.subarray(0, size);
  }
}

/** Returns up to `size` bytes. Undefined at the end. */
async function pull(stream: Gunzip, size: number): Promise<Buffer | undefined> {
  for (;;) {
    if (stream.readableEnded) return undefined;
    if (stream.errored !== null) throw stream.errored;
    const ready = stream.readableLength;
    const chunk = (ready > 0 ? stream.read(Math.min(size, ready)) : stream.read()) as Buffer | null;
    if (chunk !== null) {
      if (chunk.length <= size) return chunk;
      stream.unshift(chunk.subarray(size));
      return chunk.subarray(0, size);
    }
    await new Promise<void>((resolve) => {
      const settle = () => {
        for (const event of ['readable', 'end', 'error', 'close']) stream.off(event, settle);
        resolve();
      };
      for (const event of ['readable', 'end', 'error', 'close']) stream.on(event, settle);
    });
    if (stream.destroyed && stream.errored === null && stream.readableLength === 0) return undefined;
  }
}
