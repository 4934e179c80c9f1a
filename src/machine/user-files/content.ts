// Reads and replaces the content of one file.
import { randomBytes } from 'node:crypto';
import {
  close,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsync,
  futimesSync,
  open,
  openSync,
  read,
  renameSync,
  unlinkSync,
  write,
} from 'node:fs';
import { promisify } from 'node:util';
import { MachineError } from '../../core/machine-error.ts';
import type { Place } from './place.ts';

const openFile = promisify(open);
const closeFile = promisify(close);
const readPart = promisify(read);
const writePart = promisify(write);
const flush = promisify(fsync);
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/**
 * @param identified a descriptor of a regular file, opened with O_PATH.
 * @returns undefined if there is more than `maxBytes`, because the file has grown.
 */
export async function readAll(
  identified: number,
  size: number,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const fd = await openFile(`/proc/self/fd/${identified}`, O_RDONLY | O_NONBLOCK);
  try {
    const parts: Buffer[] = [];
    let total = 0;
    for (let next = size + 1; ; next = 64 * 1024) {
      const { bytesRead, buffer } = await readPart(fd, Buffer.allocUnsafe(next), 0, next, null);
      if (bytesRead === 0) return Buffer.concat(parts, total);
      total += bytesRead;
      if (total > maxBytes) return undefined;
      parts.push(buffer.subarray(0, bytesRead));
    }
  } finally {
    await closeFile(fd);
  }
}

/** @param identified as for `readAll`. @returns less than `maxBytes` only at the end of the file. */
export async function readFrom(identified: number, from: number, maxBytes: number): Promise<Uint8Array> {
  const fd = await openFile(`/proc/self/fd/${identified}`, O_RDONLY | O_NONBLOCK);
  try {
    const content = Buffer.allocUnsafe(maxBytes);
    for (let done = 0; ;) {
      const { bytesRead } = await readPart(fd, content, done, maxBytes - done, from + done);
      done += bytesRead;
      if (bytesRead === 0 || done === maxBytes) return content.subarray(0, done);
    }
  } finally {
    await closeFile(fd);
  }
}

/**
 * Writes another file next to it, which then takes its name. Nobody else can read it before it has its final mode.
 * @param before the file that is replaced: it keeps its mode and, if the user is in it, its group.
 */
export async function replaceFile(
  place: Place,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  before: {
    readonly mode: number;
    readonly gid?: number | undefined;
    readonly modifiedAt?: number | undefined;
    /** True if to wait until the disk has it. Default: true. */
    readonly flushes?: boolean;
  },
): Promise<void> {
  const draft = place.beside(`.whmapi1-${randomBytes(8).toString('hex')}`);
  const fd = await openFile(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    try {
      if (content instanceof Uint8Array) await writeAll(fd, content);
      else for await (const part of content) await writeAll(fd, part);
      if (before.gid !== undefined && before.gid !== fstatSync(fd).gid) keepGroup(fd, before.gid);
      // Not setuid and setgid, which are for the content that is replaced.
      fchmodSync(fd, before.mode & 0o1777);
      if (before.modifiedAt !== undefined) futimesSync(fd, fstatSync(fd).atime, before.modifiedAt / 1000);
      if (before.flushes !== false) await flush(fd);
    } finally {
      await closeFile(fd);
    }
    place.home.assertStays(' Nothing was written.');
    renameSync(draft, place.path);
  } catch (error) {
    removeIfThere(draft);
    throw error;
  }
  if (before.flushes !== false) await flushDirectory(place.beside('.'));
}

async function writeAll(fd: number, content: Uint8Array): Promise<void> {
  for (let done = 0; done < content.length;) {
    const { bytesWritten } = await writePart(fd, content, done, content.length - done);
    // The kernel does not write nothing without an error.
    if (bytesWritten === 0) throw new MachineError('full', 'The disk accepts no more. Nothing was written.');
    done += bytesWritten;
  }
}

/** A user may only assign groups that the user is in. */
function keepGroup(fd: number, gid: number): void {
  try {
    fchownSync(fd, -1, gid);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EPERM') throw error;
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error;
  }
}

async function flushDirectory(path: string): Promise<void> {
  let fd: number;
  try {
    fd = openSync(path, O_RDONLY);
  } catch (error) {
    // A directory that its owner can write to but not read.
    if ((error as { code?: string }).code === 'EACCES') return;
    throw error;
  }
  await flush(fd).finally(() => closeFile(fd));
}
