// The protocol between the native command (`src/client/whmapi1.c`) and the server: frames of a letter, a length (four
// bytes, the lowest first) and so many bytes.
//
// From the command: `R` the request. `G` run it: only now anything happens. `F` a write to standard output failed: the
// number of the frame and the error number, four bytes each.
// From the server: `A` accepted, or `D` declined, after which the command makes the call itself. `O` and `E` are for
// standard output and standard error. `X` is the exit status, one byte. `M` begins what replaces the rest after an `F`.

export interface Frame {
  readonly type: string;
  readonly body: Buffer;
}

const HEADER_BYTES = 5;

export function frame(type: string, body: Uint8Array = new Uint8Array()): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + body.length);
  bytes.write(type, 'latin1');
  bytes.writeUInt32LE(body.length, 1);
  bytes.set(body, HEADER_BYTES);
  return bytes;
}

/** Takes frames from the pieces of a stream. */
export class FrameReader {
  readonly #most: number;
  #pending: Buffer = Buffer.alloc(0);

  /** @param most the maximum length of a frame's content. */
  constructor(most: number) {
    this.#most = most;
  }

  /** @throws RangeError if a frame is longer than allowed. */
  add(piece: Buffer): Frame[] {
    this.#pending = this.#pending.length === 0 ? piece : Buffer.concat([this.#pending, piece]);
    const frames: Frame[] = [];
    while (this.#pending.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + this.#pending.readUInt32LE(1);
      if (end > HEADER_BYTES + this.#most) throw new RangeError('The frame is too long.');
      if (this.#pending.length < end) break;
      frames.push({
        type: this.#pending.toString('latin1', 0, 1),
        body: this.#pending.subarray(HEADER_BYTES, end),
      });
      this.#pending = this.#pending.subarray(end);
    }
    return frames;
  }
}
