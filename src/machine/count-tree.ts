// Counts what a new home uses while it is created. `linux/count-files.ts` measures homes that are in use.
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineUsage } from '../core/machine.ts';

/**
 * Counts the folder and everything in it as du(1) does: a file with several names counts once, and links are not
 * followed. Calls `visit` with each path. The folder must be closed to other users meanwhile, because it is walked path
 * by path.
 */
export async function countTree(
  folder: string,
  visit: (path: string) => Promise<void> = async () => undefined,
): Promise<MachineUsage> {
  const linked = new Set<number>();
  let blocks = 0;
  let inodes = 0;
  const count = async (path: string): Promise<void> => {
    const stats = await lstat(path);
    await visit(path);
    const isFolder = stats.isDirectory();
    if (isFolder || stats.nlink === 1 || !linked.has(stats.ino)) {
      linked.add(stats.ino);
      blocks += stats.blocks;
      inodes += 1;
    }
    if (!isFolder) return;
    for (const name of await readdir(path)) await count(join(path, name));
  };
  await count(folder);
  return { blocks: Math.ceil(blocks / 2), inodes };
}
