// Measures folders as du(1) does: blocks and inodes together, and many folders in one pass.
import type { MachineUsage } from '../../core/machine.ts';
import type { Run } from './run.ts';

/** The limit of folders in the arguments of one process. Each is a home path of at most 255 characters. */
const FOLDERS_AT_ONCE = 500;
/** A home can contain millions of files. */
const LIMIT_MS = 3_600_000;
/** The requested folder, the device and inode, the number of names, blocks of 512 bytes, and the file type. */
const LINE = '%H\\t%D\\t%i\\t%n\\t%b\\t%y\\n';

const NOTHING: MachineUsage = { blocks: 0, inodes: 0 };

interface Count {
  device: string;
  blocks: number;
  inodes: number;
  /** Files with several names. Each counts once. */
  readonly linked: Set<string>;
}

/**
 * Returns the usage of each folder. Folders are absolute paths without control characters. File systems that are
 * mounted inside a folder do not count, and neither do files that vanish meanwhile. A folder that does not exist has no
 * usage. find(1) walks by descriptors, so no path is too long, and no link leads it elsewhere.
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
  // Runs at the lowest priority, because this nightly work must not slow the server down.
  const words = ['-n', '10', 'find', '-P', ...folders, '-xdev', '-printf', LINE];
  // Status 1: a file vanished meanwhile, or a folder does not exist.
  await run('nice', words, { accept: [0, 1], limitMs: LIMIT_MS, onOutput });
  return counts;
}

function add(counts: Map<string, Count>, fields: readonly string[]): void {
  const [folder = '', device = '', inode = '', names = '', blocks = '', kind = ''] = fields;
  let count = counts.get(folder);
  if (count === undefined) {
    // find(1) prints the folder itself first.
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
