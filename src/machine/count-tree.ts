// Counts what a new home uses while it is created. `linux/count-files.ts` measures homes that are in use.
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as letOthersWork } from 'node:timers/promises';
import type { MachineUsage } from '../core/machine.ts';

/** After so many files, other work of this process gets its turn. */
const FILES_IN_A_ROW = 100;

/**
 * Counts the folder and everything in it as du(1) does: a file with several names counts once, and links are not
 * followed. Calls `visit` with each path. The folder must be closed to other users meanwhile, because it is walked path
 * by path. Synchronous, because it was just written: the kernel has it in memory, and the thread pool takes ten times as
 * long.
 */
export async function countTree(
  folder: string,
  visit: (path: string) => void = () => undefined,
): Promise<MachineUsage> {
  const linked = new Set<number>();
  let blocks = 0;
  let inodes = 0;
  let visited = 0;
  const count = async (path: string): Promise<void> => {
    if (++visited % FILES_IN_A_ROW === 0) await letOthersWork();
    const stats = lstatSync(path);
    visit(path);
    const isFolder = stats.isDirectory();
    if (isFolder || stats.nlink === 1 || !linked.has(stats.ino)) {
      linked.add(stats.ino);
      blocks += stats.blocks;
      inodes += 1;
    }
    if (!isFolder) return;
    for (const name of readdirSync(path)) await count(join(path, name));
  };
  await count(folder);
  return { blocks: Math.ceil(blocks / 2), inodes };
}
