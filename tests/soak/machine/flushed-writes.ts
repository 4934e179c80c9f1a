// What a disk has after a power cut that loses its cache: the writes up to the last flush that it has confirmed. QEMU's
// driver `blklogwrites` records all writes and flushes, in the format of the kernel's dm-log-writes.
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

const MAGIC = 0x6a736677736872n;
const FLUSH = 1n;
const DISCARD = 4n;

interface Entry {
  readonly isFlush: boolean;
  /** Where it writes, in bytes. */
  readonly to: number;
  readonly length: number;
  /** Where its data is in the log. */
  readonly from: number;
}

/**
 * Applies the recorded writes to a copy of the disk from before.
 * @returns how many writes were applied, and how many were lost.
 */
export function applyFlushed(log: string, disk: string): { readonly applied: number; readonly lost: number } {
  const [from, to] = [openSync(log, 'r'), openSync(disk, 'r+')];
  try {
    const { entries, recorded } = readLog(from);
    const flushed = entries.slice(
      0,
      entries.findLastIndex(({ isFlush }, at) => isFlush && at < recorded) + 1,
    );
    for (const { from: at, to: place, length } of flushed) {
      const bytes = Buffer.alloc(length);
      readSync(from, bytes, 0, length, at);
      writeSync(to, bytes, 0, length, place);
    }
    const writes = (all: readonly Entry[]) => all.filter(({ isFlush }) => !isFlush).length;
    return { applied: writes(flushed), lost: writes(entries) - writes(flushed) };
  } finally {
    closeSync(from);
    closeSync(to);
  }
}

/**
 * The log begins with a sector about itself. Each entry has a sector about it, and then its data. QEMU counts the entries
 * when it confirms a flush, so those that are not counted were never confirmed.
 */
function readLog(log: number): { readonly entries: readonly Entry[]; readonly recorded: number } {
  const header = Buffer.alloc(28);
  readSync(log, header, 0, header.length, 0);
  if (header.readBigUInt64LE(0) !== MAGIC) throw new Error('This is not a log of writes.');
  const sector = header.readUInt32LE(24);
  const entries: Entry[] = [];
  const about = Buffer.alloc(24);
  for (let at = sector; readSync(log, about, 0, about.length, at) === about.length;) {
    const [flags, sectors] = [about.readBigUInt64LE(16), Number(about.readBigUInt64LE(8))];
    if (flags === 0n && sectors === 0) break;
    const length = (flags & DISCARD) === 0n ? sectors * sector : 0;
    at += sector;
    const to = Number(about.readBigUInt64LE(0)) * sector;
    entries.push({ isFlush: (flags & FLUSH) !== 0n, to, length, from: at });
    at += length;
  }
  return { entries, recorded: Number(header.readBigUInt64LE(16)) };
}
