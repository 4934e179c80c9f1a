// The protocol between the native commands (`src/client/whmapi1.c`) and the server: frames of a letter, a length (four
// bytes, the lowest first) and so many bytes.
//
// From the command: `R` the request; before it `I`, all of standard input, if the server has asked for it. `G` run it:
// only now anything happens. `F` a write to standard output failed: the error number, one byte. The command then takes
// everything up to `M`, and prints none of it.
// From the server: `A` accepted, or `D` declined, after which the command makes the call itself, or `S`: the call reads
// standard input, so the command should read it, connect again and send both. `O` and `E` are for standard output and
// standard error. `X` is the exit status, one byte. `M` begins what follows a write that failed.

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

/**
 * A frame whose content are texts, one after the other. Each is copied only once.
 * @param memory is used for the frame if it is large enough.
 */
export function textFrame(type: string, texts: readonly string[], memory?: Buffer): Buffer {
  const length = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const whole = HEADER_BYTES + length;
  const bytes =
    memory !== undefined && memory.length >= whole ? memory.subarray(0, whole) : Buffer.allocUnsafe(whole);
  bytes.write(type, 'latin1');
  bytes.writeUInt32LE(length, 1);
  let at = HEADER_BYTES;
  for (const text of texts) at += bytes.write(text, at);
  return bytes;
}

/** Takes frames from the pieces of a stream. Each byte is copied once, however small the pieces are. */
export class FrameReader {
  readonly #most: number;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #body: Buffer | undefined;
  /** The number of bytes that the header, or else the body, has so far. */
  #filled = 0;

  /** @param most the maximum length of a frame's content. */
  constructor(most: number) {
    this.#most = most;
  }

  /** @throws RangeError if a frame is longer than allowed. */
  add(piece: Buffer): Frame[] {
    const frames: Frame[] = [];
    let at = 0;
    for (;;) {
      const target = this.#body ?? this.#header;
      const copied = piece.copy(target, this.#filled, at);
      at += copied;
      this.#filled += copied;
      if (this.#filled < target.length) return frames;
      this.#filled = 0;
      if (this.#body === undefined) {
        this.#body = this.#newBody();
      } else {
        frames.push({ type: this.#header.toString('latin1', 0, 1), body: this.#body });
        this.#body = undefined;
      }
    }
  }

  #newBody(): Buffer {
    const length = this.#header.readUInt32LE(1);
    if (length > this.#most) throw new RangeError('The frame is too long.');
    return Buffer.allocUnsafeSlow(length);
  }
}
