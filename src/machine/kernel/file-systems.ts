// The mounted file systems (proc_pid_mountinfo(5)), and how full they are (statfs(2)).
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import type { FileSystem, FileSystems } from '../../core/machine-kernel.ts';
import { unescapeMount } from '../linux/mounts.ts';

/** File systems in memory, and images that are always full. All other file systems with blocks are listed. */
const WITHOUT_A_DISK =
  /^(?:tmpfs|devtmpfs|ramfs|rootfs|hugetlbfs|squashfs|erofs|iso9660|efivarfs|fuse\.(?:snapfuse|lxcfs|portal))$/;

/** The kernel’s interfaces, which have no blocks. Asking each of them would take as long as all others. */
const WITHOUT_BLOCKS =
  /^(?:proc|sysfs|cgroup2?|devpts|mqueue|securityfs|debugfs|tracefs|configfs|bpf|pstore|autofs|binfmt_misc|nsfs|fusectl|rpc_pipefs|selinuxfs)$/;

/** A file system of another server might never respond. */
const LIMIT_MS = 2000;

interface Mount {
  /** Major and minor number: the same for every mount of a file system. */
  readonly device: string;
  /** The directory of the file system that is mounted. For a bind mount, it is not `/`. */
  readonly root: string;
  readonly mountPoint: string;
  readonly type: string;
  readonly source: string;
}

export async function readFileSystems(path = '/proc/self/mountinfo'): Promise<FileSystems> {
  // Synchronous, because the kernel has the table in memory, and the thread pool takes ten times as long.
  const mounts = onceEach(parseMounts(readFileSync(path, 'utf8')));
  const answers = await Promise.all(mounts.map(async (mount) => ({ mount, answer: await measure(mount) })));
  return {
    list: answers.flatMap(({ answer }) => (answer === 'silent' || answer === undefined ? [] : [answer])),
    silent: answers.filter(({ answer }) => answer === 'silent').map(({ mount }) => mount.mountPoint),
  };
}

/** `36 35 98:0 / /mnt rw,noatime master:1 - ext4 /dev/vda1 rw`: a dash ends the optional fields. */
export function parseMounts(text: string): Mount[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const fields = line.split(' ').map(unescapeMount);
      const [, , device = '', root = '', mountPoint = ''] = fields;
      const [type = '', source = ''] = fields.slice(fields.indexOf('-', 6) + 1);
      return { device, root, mountPoint, type, source };
    });
}

/** If a file system has several mounts, keeps the first mount of its whole tree, or else the first mount. */
function onceEach(mounts: readonly Mount[]): Mount[] {
  const chosen = new Map<string, Mount>();
  for (const mount of mounts) {
    if (WITHOUT_A_DISK.test(mount.type) || WITHOUT_BLOCKS.test(mount.type)) continue;
    const known = chosen.get(mount.device);
    if (known === undefined || (known.root !== '/' && mount.root === '/')) chosen.set(mount.device, mount);
  }
  return [...chosen.values()];
}

/** Undefined for a file system without blocks, such as /proc, and for one that this user cannot access. */
async function measure({ mountPoint, source }: Mount): Promise<FileSystem | 'silent' | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<'silent'>((resolve) => {
    timer = setTimeout(() => resolve('silent'), LIMIT_MS);
  });
  try {
    const answer = await Promise.race([statfs(mountPoint), silence]);
    if (answer === 'silent') return answer;
    const { bsize, blocks, bfree, bavail, files, ffree } = answer;
    if (blocks === 0) return undefined;
    return {
      source,
      mountPoint,
      size: blocks * bsize,
      used: (blocks - bfree) * bsize,
      available: bavail * bsize,
      inodes: files,
      inodesUsed: files - ffree,
    };
  } catch {
    // Unmounted meanwhile, or below a directory that this user cannot enter.
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
