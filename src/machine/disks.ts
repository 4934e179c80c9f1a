// Measures how full the file systems are that contain the files of this installation.
import { stat, statfs } from 'node:fs/promises';
import type { Disk } from '../core/machine.ts';

export interface Place {
  /** The contents of the place, such as `home directories`. */
  readonly purpose: string;
  readonly path: string;
}

/** Returns one entry for each file system. A place that does not exist yet is left out. */
export async function disksOf(places: readonly Place[]): Promise<Disk[]> {
  const found = new Map<number, Disk>();
  for (const { purpose, path } of places) {
    try {
      const [{ dev }, { bsize, blocks, bavail }] = await Promise.all([stat(path), statfs(path)]);
      const { purposes } = found.get(dev) ?? { purposes: [] };
      const size = { size: blocks * bsize, available: bavail * bsize };
      found.set(dev, { path, ...found.get(dev), ...size, purposes: [...purposes, purpose] });
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOENT') throw error;
    }
  }
  return [...found.values()];
}
