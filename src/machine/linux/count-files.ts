// What folders take up, as du(1) counts it: blocks and inodes at once, of many folders in one pass.
import type { MachineUsage } from '../../core/machine.ts';
import type { Run } from './run.ts';

/** Of the arguments of one process; each is a home of at most 255 characters. */
const FOLDERS_AT_ONCE = 500;
/** Homes may hold millions of files. */
const LIMIT_MS = 3_600_000;
/** The folder that was asked for, the device and inode, the number of names, and blocks of 512 bytes. */
const LINE = '%H\\t%D\\t%i\\t%n\\t%b\\t%y\\n';

const NOTHING: MachineUsage = { blocks: 0, inodes: 0 };

interface Count {
  device: string;
  blocks: number;
  inodes: number;
  /** Files of several names, which count once. */
  readonly linked: Set<string>;
}

/**
 * The usage of each folder, which is absolute and free of control characters. Other file systems that are mounted in it
 * don't count, nor does what vanishes meanwhile; a folder that is not there has none. find(1) goes from folder to folder
 * by descriptors: no path is too long, and no link leads it elsewhere.
 */
export async function countFiles(
  run: Run,
  folders: readonly string[],
): Promise<(folder: string) => MachineUsage> {
  const usages = new Map<string, MachineUsage>();
  for (let at = 0; at < folders.length; at += FOLDERS_AT_ONCE) {
    const some = folders.slice(at, at + FOLDERS_AT_ONCE);
    const counts = await count(run, some);
    for (const folder of some) {
      const { blocks = 0, inodes = 0 } = counts.get(folder) ?? {};
      usages.set(folder, { blocks: Math.ceil(blocks / 2), inodes });
    }
  }
  return (folder) => usages.get(folder) ?? NOTHING;
}

async function count(run: Run, folders: readonly string[]): Promise<Map<string, Count>> {
  const counts = new Map<string, Count>();
  let rest = '';
  const onOutput = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) add(counts, line.split('\t'));
  };
  // The work of a night: it gives way to whatever else the server does.
  const words = ['-n', '10', 'find', '-P', ...folders, '-xdev', '-printf', LINE];
  // Status 1: a file vanished meanwhile, or there is no such folder.
  await run('nice', words, { accept: [0, 1], limitMs: LIMIT_MS, onOutput });
  return counts;
}

function add(counts: Map<string, Count>, fields: readonly string[]): void {
  const [folder = '', device = '', inode = '', names = '', blocks = '', kind = ''] = fields;
  let count = counts.get(folder);
  if (count === undefined) {
    // The folder itself comes first.
    count = { device, blocks: 0, inodes: 0, linked: new Set() };
    counts.set(folder, count);
  }
  if (device !== count.device) return;
  if (kind !== 'd' && names !== '1') {
    if (count.linked.has(inode)) return;
    count.linked.add(inode);
  }
  count.blocks += Number(blocks);
  count.inodes += 1;
}
