// Describes files: one by its path, or those of a directory.
import { opendirSync, readlinkSync, type Stats } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import type { UserFile, UserFileList } from '../../core/machine-user-files.ts';
import { statOf } from './place.ts';

const MAX_NAMES = 100_000;
/** How many files are examined before other work of this process gets its turn. */
const FILES_PER_TURN = 500;

/** Undefined if nothing exists there. @param place a path or, for names that are not UTF-8, its bytes. */
export function describeFile(name: Buffer | string, place: Buffer | string): UserFile | undefined {
  const stats = statOf(place);
  if (stats === undefined) return undefined;
  const text = typeof name === 'string' ? name : name.toString('utf8');
  return {
    name: text,
    isUnnameable: typeof name !== 'string' && !Buffer.from(text).equals(name),
    ...factsOf(stats),
    target: stats.isSymbolicLink() ? targetOf(place) : null,
  };
}

export function factsOf(stats: Stats): Omit<UserFile, 'name' | 'isUnnameable' | 'target'> {
  const { size, mode, uid, gid, nlink, mtimeMs, ctimeMs, atimeMs } = stats;
  return {
    kind: kindOf(stats),
    size,
    mode: mode & 0o7777,
    uid,
    gid,
    links: nlink,
    modifiedAt: Math.floor(mtimeMs),
    changedAt: Math.floor(ctimeMs),
    accessedAt: Math.floor(atimeMs),
  };
}

function kindOf(stats: Stats): UserFile['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'link';
  if (stats.isFIFO()) return 'fifo';
  if (stats.isSocket()) return 'socket';
  return stats.isBlockDevice() ? 'block device' : 'character device';
}

/** It might be replaced by something else meanwhile. */
function targetOf(place: Buffer | string): string {
  try {
    return readlinkSync(place);
  } catch {
    return '';
  }
}

/** @param directory the path of an open directory. */
export async function listEntries(directory: string, from: number, limit: number): Promise<UserFileList> {
  const { names, isCut } = readNames(directory);
  names.sort((one, other) => one.compare(other));
  const files: UserFile[] = [];
  const page = names.slice(from, from + limit);
  for (const [index, name] of page.entries()) {
    const file = describeFile(name, Buffer.concat([Buffer.from(`${directory}/`), name]));
    if (file !== undefined) files.push(file);
    if (index % FILES_PER_TURN === FILES_PER_TURN - 1) await turn();
  }
  return { files, total: names.length, isCut };
}

/** Reads no more names than it returns, and one: a directory can have millions. */
function readNames(directory: string): { names: Buffer[]; isCut: boolean } {
  const names: Buffer[] = [];
  // The types of Node do not know that this encoding is possible.
  const open = opendirSync(directory, { encoding: 'buffer' as BufferEncoding, bufferSize: 1024 });
  try {
    for (let entry = open.readSync(); entry !== null; entry = open.readSync()) {
      if (names.length === MAX_NAMES) return { names, isCut: true };
      names.push(entry.name as unknown as Buffer);
    }
  } finally {
    open.closeSync();
  }
  return { names, isCut: false };
}
