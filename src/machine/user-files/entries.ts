// Describes files: one by its path, or those of a directory.
import { opendirSync, readlinkSync, type Stats } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import type { UserFile, UserFileList, UserFilePart } from '../../core/machine-user-files.ts';
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
  names.sort(inOrder);
  return { files: await describeAll(directory, names.slice(from, from + limit)), total: names.length, isCut };
}

/** As `listEntries`, from a name on, which is written in hexadecimal digits. */
export async function listPart(directory: string, limit: number, from: string): Promise<UserFilePart> {
  const { names, next } = readNamesFrom(directory, Buffer.from(from, 'hex'), limit);
  return { files: await describeAll(directory, names), next: next?.toString('hex') ?? null };
}

async function describeAll(directory: string, names: readonly Buffer[]): Promise<UserFile[]> {
  const files: UserFile[] = [];
  for (const [index, name] of names.entries()) {
    const file = describeFile(name, Buffer.concat([Buffer.from(`${directory}/`), name]));
    if (file !== undefined) files.push(file);
    if (index % FILES_PER_TURN === FILES_PER_TURN - 1) await turn();
  }
  return files;
}

const inOrder = (one: Buffer, other: Buffer) => one.compare(other);

/** Reads no more names than it returns, and one: a directory can have millions. */
function readNames(directory: string): { names: Buffer[]; isCut: boolean } {
  const names: Buffer[] = [];
  for (const name of namesIn(directory)) {
    if (names.length === MAX_NAMES) return { names, isCut: true };
    names.push(name);
  }
  return { names, isCut: false };
}

/**
 * The first `limit` names from one on, and the one after them. It reads the whole directory, because the kernel has it in
 * another order, and keeps twice as many names as it returns.
 */
function readNamesFrom(
  directory: string,
  from: Buffer,
  limit: number,
): { names: Buffer[]; next: Buffer | undefined } {
  const first: Buffer[] = [];
  let beyond: Buffer | undefined;
  const keepFirst = () => {
    first.sort(inOrder);
    first.length = Math.min(first.length, limit + 1);
    beyond = first[limit];
  };
  for (const name of namesIn(directory)) {
    if (name.compare(from) < 0 || (beyond !== undefined && name.compare(beyond) >= 0)) continue;
    first.push(name);
    if (first.length > 2 * limit) keepFirst();
  }
  keepFirst();
  return { names: first.slice(0, limit), next: first[limit] };
}

/**
 * As bytes, because names need not be UTF-8. Entries that were read can be removed meanwhile.
 * @param directory the path of an open directory.
 */
export function* namesIn(directory: string): Generator<Buffer, undefined> {
  // The types of Node do not know that this encoding is possible.
  const open = opendirSync(directory, { encoding: 'buffer' as BufferEncoding, bufferSize: 1024 });
  try {
    for (let entry = open.readSync(); entry !== null; entry = open.readSync()) {
      yield entry.name as unknown as Buffer;
    }
  } finally {
    open.closeSync();
  }
  return undefined;
}
