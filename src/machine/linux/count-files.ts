// Measures folders as du(1) does, by find(1) and awk: blocks and inodes together, many folders in one pass, and on all cores.
import { availableParallelism } from 'node:os';
import { MachineError } from '../../core/machine-error.ts';
import type { MachineUsage } from '../../core/machine.ts';
import type { Run } from './run.ts';

/** The limit of folders in the arguments of one process. Each is a home path of at most 255 characters. */
const FOLDERS_AT_ONCE = 1500;
/** Fewer folders are not worth a process of their own. */
const MIN_FOLDERS = 50;
/** A home can contain millions of files. */
const LIMIT_MS = 3_600_000;
/** For each file: blocks of 512 bytes, the device, and how many folders are between it and the requested one. */
const FIELDS = '%b\\t%D\\t%d';
/**
 * Most files have one name, and only these fields. Directories have the requested folder as the fourth. Everything else
 * has the inode, and an empty fifth field.
 */
const PRINT =
  `\\( -type f -links 1 -printf '${FIELDS}\\n' \\) -o ` +
  `\\( -type d -printf '${FIELDS}\\t%H\\n' \\) -o -printf '${FIELDS}\\t%i\\t\\n'`;

/**
 * Adds the lines up, so that this process gets a line for each folder: the folder, its blocks and inodes. find(1) prints
 * the folder itself first. Files with several names count once. The status of find(1) comes at the end.
 *
 * A directory of another device is where a file system is mounted. A file of another device need not be: overlayfs
 * shows files with devices of its layers. It is left out only if its device is mounted inside the folder.
 */
const ADD = `
function mounted(line, words, numbers) {
  while ((getline line < "/proc/self/mountinfo") > 0) {
    split(line, words, " ")
    if (index(words[5], folder "/") != 1) continue
    split(words[3], numbers, ":")
    inside[numbers[1] * 256 + numbers[2] % 256 + int(numbers[2] / 256) * 1048576]
  }
  close("/proc/self/mountinfo")
}
function isInside(other) {
  if (!hasMounts) { hasMounts = 1; split("", inside); mounted() }
  return other in inside
}
function show() { if (folder != "") printf "%s\\t%.0f\\t%.0f\\n", folder, blocks, inodes }
NF == 1 { status = $1; next }
$3 == 0 && NF != 4 { next }
$3 == 0 { show(); folder = $4; device = $2; blocks = inodes = hasMounts = 0; split("", linked) }
$2 != device && (NF == 4 || isInside($2)) { next }
NF == 5 { if (($2, $4) in linked) next; linked[$2, $4] }
{ blocks += $1; inodes++ }
END { show(); print status }`;

/** Runs at the lowest priority, because this nightly work must not slow the server down. */
const NICE = ['-n', '10'];
/** mawk is Debian's awk. Where gawk replaced it, mawk is still there, and takes half of the time. */
const FAST_AWK = 'command -v mawk >/dev/null && awk() { mawk "$@"; }';
const SCRIPT = `${FAST_AWK}; { find -P "$@" -xdev ${PRINT}; echo "$?"; } | awk -F '\\t' '${ADD}'`;

/** Receives the usage of a folder, by its index, as soon as it is known. */
export type Counted = (index: number, usage: MachineUsage) => void;

/** What does not exist, or is no folder. */
const NOTHING: MachineUsage = { blocks: 0, inodes: 0 };

/**
 * Measures each folder, in any order. Folders are absolute paths without control characters. File systems that are mounted
 * inside a folder do not count, and neither do files that vanish meanwhile. What does not exist, or is no folder, has no
 * usage: not even what a link leads to. find(1) walks by descriptors, so no path is too long, and no link leads it
 * elsewhere.
 */
export async function countFiles(run: Run, folders: readonly string[], counted: Counted): Promise<void> {
  const cores = availableParallelism();
  const size = Math.min(FOLDERS_AT_ONCE, Math.max(MIN_FOLDERS, Math.ceil(folders.length / cores)));
  let next = 0;
  const work = async () => {
    while (next < folders.length) {
      const at = next;
      const some = folders.slice(at, (next += size));
      const usages = new Map(await count(run, some));
      some.forEach((folder, index) => counted(at + index, usages.get(folder) ?? NOTHING));
    }
  };
  await Promise.all(Array.from({ length: cores }, work));
}

/** Measures one folder. */
export async function countFolder(run: Run, folder: string): Promise<MachineUsage> {
  let usage = NOTHING;
  await countFiles(run, [folder], (_index, found) => (usage = found));
  return usage;
}

async function count(run: Run, folders: readonly string[]): Promise<[string, MachineUsage][]> {
  const { stdout } = await run('nice', [...NICE, 'sh', '-c', SCRIPT, 'sh', ...folders], {
    limitMs: LIMIT_MS,
  });
  const lines = stdout.trimEnd().split('\n');
  const status = lines.pop();
  // Status 1: a file vanished meanwhile, or a folder does not exist.
  if (status !== '0' && status !== '1') {
    throw new MachineError('failed', `“find” failed with status ${status}.`);
  }
  return lines.map((line) => {
    const [folder = '', blocks = '', inodes = ''] = line.split('\t');
    return [folder, { blocks: Math.ceil(Number(blocks) / 2), inodes: Number(inodes) }];
  });
}
