// A file that stays open while it is read piece by piece.
import { closeSync, constants, fstatSync, openSync, read } from 'node:fs';
import { promisify } from 'node:util';
import type { OpenFile } from '../../core/machine-daemons.ts';
import { MachineError } from '../../core/machine-error.ts';
import { toMachineError } from './failure.ts';

const readPart = promisify(read);

/** `name` is the path for error messages. Returns undefined if the file does not exist. */
export function openRegular(path: string, name: string, owner: number | undefined): OpenFile | undefined {
  const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
  let fd: number;
  try {
    // Without O_NONBLOCK, opening a pipe would wait for a writer.
    fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const stats = fstatSync(fd, { bigint: true });
    if (!stats.isFile()) throw new MachineError('failed', `“${name}” is not a regular file.`);
    if (owner !== undefined && stats.uid !== BigInt(owner)) {
      throw new MachineError('failed', `“${name}” belongs to another user, so it is not read.`);
    }
    const { dev, ino, size } = stats;
    return {
      device: String(dev),
      inode: String(ino),
      size: Number(size),
      descriptor: fd,
      read: (buffer, length, position) => readAt(fd, { buffer, length, position }, name),
      close: () => closeSync(fd),
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Repeats short reads, which occur before the end of a file if a signal interrupts them. */
async function readAt(
  fd: number,
  { buffer, length, position }: { buffer: Uint8Array; length: number; position: number },
  name: string,
): Promise<number> {
  let done = 0;
  try {
    while (done < length) {
      const { bytesRead } = await readPart(fd, buffer, done, length - done, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
  } catch (error) {
    throw toMachineError(error, name);
  }
  return done;
}
