// Open files, by their descriptors. Calls that the kernel completes in memory are synchronous, because the thread pool
// takes ten times as long. Calls that wait for the disk use the thread pool.
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

  /** Reads from the current position to the end. `size` is the expected number of bytes. */
  async read(size: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(size + 1);
    const { bytesRead } = await readPart(this.#fd, buffer, 0, buffer.length, null);
    const part = buffer.subarray(0, bytesRead);
    // A regular file returns fewer bytes than requested only at its end. If the buffer is full, the file has grown.
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
