// Measures folders as du(1) does: blocks and inodes together, many folders in one pass, and on all cores.
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { MachineError } from '../../core/machine-error.ts';
import type { MachineUsage } from '../../core/machine.ts';
import { countByFind, NOTHING, type Counted } from './count-by-find.ts';
import type { Run } from './run.ts';

/** A home can contain millions of files. */
const LIMIT_MS = 3_600_000;

let counter: string | undefined;

/**
 * From now on, a native program counts, if it exists.
 * @param path the compiled `src/file-count/file-count.c`.
 */
export function useFileCounter(path: string): void {
  counter = existsSync(path) ? path : undefined;
}

/**
 * Measures each folder, in any order. Folders are absolute paths without control characters. File systems that are mounted
 * inside a folder do not count, and neither do files that vanish meanwhile. What does not exist, or is no folder, has no
 * usage: not even what a link leads to. Both ways walk by descriptors, so no path is too long, and no link leads them
 * elsewhere.
 */
export async function countFiles(run: Run, folders: readonly string[], counted: Counted): Promise<void> {
  if (folders.length === 0) return;
  const indexes =
    counter === undefined ? [...folders.keys()] : await countNatively(counter, run, folders, counted);
  const others = indexes.map((index) => folders[index] ?? '');
  if (others.length === 0) return;
  await countByFind(run, others, (at, usage) => counted(indexes[at] ?? NaN, usage));
}

/** Measures one folder. */
export async function countFolder(run: Run, folder: string): Promise<MachineUsage> {
  let usage = NOTHING;
  await countFiles(run, [folder], (_index, found) => (usage = found));
  return usage;
}

/** @returns the indexes of the folders that are left to find(1): all that are not counted yet, if the program fails. */
async function countNatively(
  program: string,
  run: Run,
  folders: readonly string[],
  counted: Counted,
): Promise<number[]> {
  const isCounted = new Uint8Array(folders.length);
  let rest = '';
  const onOutput = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [index, blocks, inodes] = line.split('\t').map(Number);
      if (index === undefined || blocks === undefined || inodes === undefined) continue;
      if (isCounted[index] !== 0) continue;
      isCounted[index] = 1;
      counted(index, { blocks: Math.ceil(blocks / 2), inodes });
    }
  };
  const input = folders.map((folder) => `${folder}\0`).join('');
  try {
    await run(program, [String(availableParallelism())], { input, onOutput, limitMs: LIMIT_MS });
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
  }
  return [...folders.keys()].filter((index) => isCounted[index] === 0);
}
