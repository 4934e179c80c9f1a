// A long list that another process has made: its batches, in a file without a name, which is gone when it is closed.
import { closeSync, openSync, readSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { LongList } from '../../core/long-list.ts';

export class ListFile {
  readonly descriptor: number;
  readonly #onClose: () => void;
  #isOpen = true;

  constructor(directory: string, onClose: () => void) {
    const path = join(directory, `list.${process.pid}.${Math.random().toString(36).slice(2)}`);
    this.descriptor = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    this.#onClose = onClose;
  }

  /** @param lengths of the batches, in bytes. */
  list(lengths: readonly number[]): LongList {
    const read = this.#read.bind(this, lengths);
    return { batches: read(), preview: read, close: () => this.close() };
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.descriptor);
    this.#onClose();
  }

  *#read(lengths: readonly number[]): Generator<string> {
    let position = 0;
    for (const length of lengths) {
      if (!this.#isOpen) return;
      const bytes = Buffer.alloc(length);
      for (let at = 0; at < length;)
        at += readSync(this.descriptor, bytes, at, length - at, position + at) || length;
      position += length;
      yield bytes.toString('utf8');
    }
  }
}
