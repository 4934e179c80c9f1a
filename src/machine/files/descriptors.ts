// Open files, by their descriptors. What the kernel does in memory is done at once, because a turn of the thread pool takes
// ten times as long; what waits for the disk is left to the pool.
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsync,
  openSync,
  read,
  readFile,
  writeFile,
  type Stats,
} from 'node:fs';
import { promisify } from 'node:util';

const readPart = promisify(read);
const readRest = promisify(readFile);
const writeWhole = promisify(writeFile);
const flush = promisify(fsync);

export class Descriptor {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  stat(): Stats {
    return fstatSync(this.#fd);
  }

  setOwner(uid: number, gid: number): void {
    fchownSync(this.#fd, uid, gid);
  }

  setMode(mode: number): void {
    fchmodSync(this.#fd, mode);
  }

  /** From where it stands to the end. `size` is what there is as far as is known. */
  async read(size: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(size + 1);
    const { bytesRead } = await readPart(this.#fd, buffer, 0, buffer.length, null);
    const part = buffer.subarray(0, bytesRead);
    // A regular file gives less than it is asked for only at its end. This one has grown.
    return bytesRead <= size ? part : Buffer.concat([part, await readRest(this.#fd)]);
  }

  write(content: string | Uint8Array): Promise<void> {
    return writeWhole(this.#fd, content);
  }

  /** Once this returns, a power cut does not lose what was written. */
  sync(): Promise<void> {
    return flush(this.#fd);
  }
}

/** Opens a file or a directory for as long as the work takes. */
export async function withOpen<T>(
  path: string,
  flags: number,
  mode: number,
  work: (file: Descriptor) => Promise<T>,
): Promise<T> {
  const fd = openSync(path, flags, mode);
  try {
    return await work(new Descriptor(fd));
  } finally {
    closeSync(fd);
  }
}
