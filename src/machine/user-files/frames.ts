// The frames between the program and a helper process: 4 bytes with the length of the payload (big-endian), 1 byte with
// the kind, and the payload.
import type { Readable, Writable } from 'node:stream';

export const Kind = {
  /** A request or a response, as JSON. */
  json: 1,
  /** A part of a content. */
  data: 2,
  /** The end of a content. */
  end: 3,
  /** The content cannot be completed: what was written of it is discarded. */
  abort: 4,
  /** The helper is still working. */
  alive: 5,
} as const;

export interface Frame {
  readonly kind: number;
  readonly payload: Buffer;
}

const HEADER_BYTES = 5;
const MAX_DATA_BYTES = 256 * 1024;

/** Waits while the other side has not read what was written before. */
export async function writeFrame(
  stream: Writable,
  kind: number,
  payload: Uint8Array = Buffer.alloc(0),
): Promise<void> {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(payload.length);
  header.writeUInt8(kind, HEADER_BYTES - 1);
  stream.write(header);
  await new Promise<void>((done, fail) => {
    stream.write(payload, (error) => (error ? fail(error) : done()));
  });
}

export function writeJson(stream: Writable, value: unknown): Promise<void> {
  return writeFrame(stream, Kind.json, Buffer.from(JSON.stringify(value)));
}

/** Splits a content into frames. */
export async function writeData(stream: Writable, content: Uint8Array): Promise<void> {
  for (let start = 0; start < content.length; start += MAX_DATA_BYTES)
    await writeFrame(stream, Kind.data, content.subarray(start, start + MAX_DATA_BYTES));
}

/** @throws RangeError for a frame that is larger than `maxBytes`. */
export async function* readFrames(stream: Readable, maxBytes: number): AsyncGenerator<Frame, undefined> {
  let parts: Buffer[] = [];
  let size = 0;
  let needed = HEADER_BYTES;
  for await (const part of stream as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    // Joined only when a frame is complete, so that a large one is not copied for each of its parts.
    if (size < needed) continue;
    let rest = Buffer.concat(parts, size);
    for (;;) {
      needed = HEADER_BYTES;
      if (rest.length < needed) break;
      const length = rest.readUInt32BE(0);
      if (length > maxBytes) throw new RangeError('The frame is too large.');
      needed += length;
      if (rest.length < needed) break;
      yield { kind: rest.readUInt8(HEADER_BYTES - 1), payload: rest.subarray(HEADER_BYTES, needed) };
      rest = rest.subarray(needed);
    }
    parts = [rest];
    size = rest.length;
  }
  return undefined;
}

/** Undefined at the end. */
export async function nextFrame(frames: AsyncIterator<Frame, undefined>): Promise<Frame | undefined> {
  return (await frames.next()).value;
}
