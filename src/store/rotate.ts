// Rotation of a log: NAME becomes NAME.1, NAME.1 becomes NAME.2, and the oldest file is removed. Files are only
// renamed, never copied or truncated. A process that still writes to the old file therefore loses no line: it is in
// NAME.1.
import { closeSync, constants, existsSync, renameSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { StateDirectory } from './state-directory.ts';

/** SQLite's lock on this file prevents two rotations at once. The kernel releases it if the process is killed. */
const LOCK = 'rotation.lock';

/**
 * Rotates the file if its inode is still `seen`. Does nothing if another process is rotating.
 * @param keep the number of old files to keep.
 */
export function rotate(directory: StateDirectory, name: string, seen: number, keep: number): void {
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
  closeSync(directory.open(LOCK, O_RDWR | O_CREAT | O_NOFOLLOW));
  const lock = new Database(directory.file(LOCK), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    if (statSync(directory.file(name), { throwIfNoEntry: false })?.ino === seen) shift(directory, name, keep);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'SQLITE_BUSY') throw error;
  } finally {
    lock.close();
  }
}

function shift(directory: StateDirectory, name: string, keep: number): void {
  const numbered = (number: number) => directory.file(number === 0 ? name : `${name}.${number}`);
  // If a killed rotation left a gap, only the files before the gap move.
  let free = 1;
  while (free < keep && existsSync(numbered(free))) free++;
  for (let number = free; number > 0; number--) renameSync(numbered(number - 1), numbered(number));
  directory.sync();
}
