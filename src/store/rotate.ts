// Rotation of a log: NAME becomes NAME.1, NAME.1 becomes NAME.2, and the oldest file is removed. Files are only renamed,
// never truncated. A process that still writes to the old file therefore loses no line: it is in NAME.1. Files from
// NAME.2 on are compressed: NAME.2.gz.
import {
  closeSync,
  constants,
  createReadStream,
  createWriteStream,
  existsSync,
  fsync,
  futimesSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';
import { Database } from './database.ts';
import { LINGER_MS } from './log-limits.ts';
import { SQLITE, sqliteCode } from './sqlite-code.ts';
import type { StateDirectory } from './state-directory.ts';

/** SQLite's lock on this file prevents two rotations at once. The kernel releases it if the process is killed. */
const LOCK = 'rotation.lock';
const COMPRESSED = '.gz';
/** Lines of JSON become a tenth with the fastest level, too. */
const LEVEL = 1;

const { O_RDONLY, O_RDWR, O_CREAT, O_NOFOLLOW, O_TRUNC } = constants;

/**
 * Rotates the file if its inode is still `seen`. Does nothing if another process is rotating.
 * @param keep the number of old files to keep.
 */
export function rotate(directory: StateDirectory, name: string, seen: number, keep: number): void {
  const lock = takeLock(directory);
  if (lock === undefined) return;
  try {
    if (statSync(directory.file(name), { throwIfNoEntry: false })?.ino === seen) shift(directory, name, keep);
  } finally {
    lock.close();
  }
}

/**
 * Compresses the old files except the newest, beside the event loop. Does nothing if another process is rotating. If
 * the process is killed, either the file or its compressed form is whole.
 * @param now in milliseconds since 1970-01-01.
 */
export async function compressOld(directory: StateDirectory, name: string, now: number): Promise<void> {
  if (!existsSync(directory.file(`${name}.2`))) return;
  const lock = takeLock(directory);
  if (lock === undefined) return;
  try {
    for (let number = 2; isThere(directory, name, number); number++) {
      removeTwin(directory, name, number);
      await compress(directory, `${name}.${number}`, { draft: `${name}${COMPRESSED}.draft`, now });
    }
  } finally {
    lock.close();
  }
}

/** Returns undefined if another process has the lock. The caller must close it. */
function takeLock(directory: StateDirectory): Database | undefined {
  closeSync(directory.open(LOCK, O_RDWR | O_CREAT | O_NOFOLLOW));
  const lock = new Database(directory.file(LOCK), { busyTimeoutMs: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (sqliteCode(error) !== SQLITE.BUSY) throw error;
    return undefined;
  }
}

async function compress(
  directory: StateDirectory,
  name: string,
  { draft, now }: { readonly draft: string; readonly now: number },
): Promise<void> {
  const stats = statSync(directory.file(name), { throwIfNoEntry: false });
  if (stats === undefined || now - stats.mtimeMs < LINGER_MS) return;
  try {
    // Streams close their descriptors themselves, also after an error.
    const compressed = createWriteStream('', {
      fd: directory.open(draft, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW),
    });
    const source = createReadStream('', { fd: directory.open(name, O_RDONLY | O_NOFOLLOW) });
    await pipeline(source, createGzip({ level: LEVEL }), compressed);
    const target = directory.open(draft, O_RDWR | O_NOFOLLOW);
    try {
      // Readers recognise the file by this time. Parts of a second would be rounded.
      futimesSync(target, stats.atime, Math.ceil(stats.mtimeMs / 1000));
      await promisify(fsync)(target);
    } finally {
      closeSync(target);
    }
    if (statSync(directory.file(name)).size !== stats.size) return;
    renameSync(directory.file(draft), directory.file(`${name}${COMPRESSED}`));
    directory.sync();
    rmSync(directory.file(name));
  } finally {
    rmSync(directory.file(draft), { force: true });
  }
}

function shift(directory: StateDirectory, name: string, keep: number): void {
  const numbered = (number: number) => directory.file(number === 0 ? name : `${name}.${number}`);
  // If a killed rotation left a gap, only the files before the gap move.
  let free = 1;
  while (free < keep && isThere(directory, name, free)) removeTwin(directory, name, free++);
  for (const form of ['', COMPRESSED]) rmSync(numbered(free) + form, { force: true });
  for (let number = free; number > 0; number--) {
    for (const form of ['', COMPRESSED]) {
      const from = numbered(number - 1) + form;
      if (existsSync(from)) renameSync(from, numbered(number) + form);
    }
  }
  directory.sync();
}

function isThere(directory: StateDirectory, name: string, number: number): boolean {
  return ['', COMPRESSED].some((form) => existsSync(directory.file(`${name}.${number}${form}`)));
}

/** A compression that was killed at its end leaves both forms. */
function removeTwin(directory: StateDirectory, name: string, number: number): void {
  const path = directory.file(`${name}.${number}`);
  if (existsSync(path + COMPRESSED)) rmSync(path, { force: true });
}
