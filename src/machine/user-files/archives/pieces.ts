// Looks at the beginning of a stream before it is read.
import { MachineError } from '../../../core/machine-error.ts';

export function damaged(what: string): MachineError {
  return new MachineError('invalid', `The archive is damaged: ${what}.`);
}

/** Reads everything and discards it. */
export async function readToEnd(parts: AsyncGenerator<Uint8Array>): Promise<void> {
  while ((await parts.next()).done !== true) continue;
}

export class Pieces {
  readonly #parts: AsyncIterator<Uint8Array, unknown>;
  #held: Buffer = Buffer.alloc(0);

  constructor(parts: AsyncIterable<Uint8Array>) {
    this.#parts = parts[Symbol.asyncIterator]();
  }

  /** Returns fewer bytes only at the end. They are read again by `rest`. */
  async peek(count: number): Promise<Buffer> {
    while (this.#held.length < count) {
      const next = await this.#parts.next();
      if (next.done === true) break;
      this.#held = Buffer.concat([this.#held, next.value]);
    }
    return this.#held.subarray(0, count);
  }

  /** Everything up to the end. */
  async *rest(): AsyncGenerator<Uint8Array> {
    if (this.#held.length > 0) yield this.#held;
    this.#held = Buffer.alloc(0);
    for (;;) {
      const next = await this.#parts.next();
      if (next.done === true) return;
      yield next.value;
    }
  }

  /** Ends the stream, so that what it has opened is closed. */
  async close(): Promise<void> {
    await this.#parts.return?.();
  }
}
