// Copies and removes directories with their contents. Every directory is open while it is worked on, so that no
// symbolic link that replaces it meanwhile is followed.
import {
  chmodSync,
  closeSync,
  constants,
  copyFile,
  fstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { MachineError, UNCHANGED } from '../../core/machine-error.ts';
import { namesIn } from './entries.ts';
import { O_PATH, statOf, type Place } from './place.ts';

const copyContent = promisify(copyFile);
const { COPYFILE_EXCL, O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
/** Each level holds up to three descriptors open. */
const MAX_DEPTH = 256;

/** Does nothing if nothing exists there. */
export async function removeTree(place: string | Buffer, depth = 0): Promise<void> {
  const stats = statOf(place);
  if (stats === undefined) return;
  if (!stats.isDirectory()) return unlinkSync(place);
  assertDepth(depth);
  await inDirectory(place, async (directory) => {
    for (const name of namesIn(pathOf(directory))) {
      await removeTree(child(directory, name), depth + 1);
      await turn();
    }
  });
  rmdirSync(place);
}

/** @param path the source’s, for messages. */
export async function copyTree(source: Place, target: Place, path: string): Promise<void> {
  const stats = statOf(source.path);
  if (stats === undefined) throw new MachineError('not_found', `“${path}”: No such file or directory.`);
  if (!stats.isDirectory() && !stats.isFile() && !stats.isSymbolicLink())
    throw new MachineError('invalid', `“${path}” is not a regular file.`);
  const own = { dev: -1, ino: -1 };
  try {
    await copyOne(source.path, target.path, own, 0);
    target.home.assertStays(UNCHANGED);
  } catch (error) {
    await removeTree(target.path);
    throw error;
  }
}

/** @param own identifies the copy’s top, which is not copied into itself. */
async function copyOne(
  from: string | Buffer,
  to: string | Buffer,
  own: { dev: number; ino: number },
  depth: number,
): Promise<void> {
  const stats = statOf(from);
  if (stats === undefined) return;
  if (stats.dev === own.dev && stats.ino === own.ino)
    throw new MachineError('invalid', 'A directory cannot be moved or copied into itself.');
  if (stats.isSymbolicLink()) return symlinkSync(readlinkSync(from, 'buffer'), to);
  if (stats.isFile()) return copyRegular(from, to);
  if (!stats.isDirectory()) return;
  assertDepth(depth);
  mkdirSync(to, { mode: 0o700 });
  if (depth === 0) Object.assign(own, identityOf(to));
  await inDirectory(from, (source) =>
    inDirectory(to, async (target) => {
      for (const name of namesIn(pathOf(source))) {
        await copyOne(child(source, name), child(target, name), own, depth + 1);
        await turn();
      }
      // At the end, because the directory might be closed to its own user.
      chmodSync(pathOf(target), fstatSync(source).mode & 0o777);
    }),
  );
}

/** The file that was identified as a regular one is copied, whatever has its name meanwhile. */
async function copyRegular(from: string | Buffer, to: string | Buffer): Promise<void> {
  const fd = openSync(from, O_PATH | O_NOFOLLOW);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) return;
    await copyContent(`/proc/self/fd/${fd}`, to, COPYFILE_EXCL);
    const copy = openSync(to, O_PATH | O_NOFOLLOW);
    try {
      chmodSync(`/proc/self/fd/${copy}`, stats.mode & 0o777);
    } finally {
      closeSync(copy);
    }
  } finally {
    closeSync(fd);
  }
}

async function inDirectory(
  place: string | Buffer,
  work: (directory: number) => Promise<void>,
): Promise<void> {
  const fd = openSync(place, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    await work(fd);
  } finally {
    closeSync(fd);
  }
}

const pathOf = (directory: number) => `/proc/self/fd/${directory}`;

function child(directory: number, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${pathOf(directory)}/`), name]);
}

function identityOf(place: string | Buffer): { dev: number; ino: number } {
  const { dev = -1, ino = -1 } = statOf(place) ?? {};
  return { dev, ino };
}

function assertDepth(depth: number): void {
  if (depth > MAX_DEPTH)
    throw new MachineError('invalid', `It has more than ${MAX_DEPTH} directories inside each other.`);
}
