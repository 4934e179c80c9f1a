// The processes that have locked the packages of the system: another apt or dpkg, also one that an administrator runs.
import type { MachineTools, ToolWord } from '../../../../core/machine-daemons.ts';

const LOCKS = [
  '/var/lib/dpkg/lock-frontend',
  '/var/lib/dpkg/lock',
  '/var/lib/apt/lists/lock',
  '/var/cache/apt/archives/lock',
];

export interface LockHolder {
  readonly command: string;
  readonly pid: number;
}

interface Row extends LockHolder {
  readonly inode: number;
  readonly 'maj:min': string;
}

interface Mounts {
  readonly filesystems: readonly { readonly target: string; readonly 'maj:min': string }[];
}

export const lockTools = ['stat', 'findmnt', 'lslocks'];

export async function holdersOfLocks(tools: MachineTools): Promise<readonly LockHolder[]> {
  const paths = LOCKS.map((path): ToolWord => ({ path }));
  // stat exits with 1 if a file does not exist: apt has not been used yet.
  const [{ stdout: files }, { stdout: mounted }, { stdout: locked }] = await Promise.all([
    tools.run('stat', ['--format=%i %m', '--', ...paths], { accept: [0, 1] }),
    tools.run('findmnt', ['--json', '--list', '--output=TARGET,MAJ:MIN']),
    tools.run('lslocks', ['--json', '--output=COMMAND,PID,INODE,MAJ:MIN']),
  ]);
  // The kernel names the device of the file system. stat has another one on overlayfs and btrfs.
  const devices = new Map(
    (JSON.parse(mounted) as Mounts).filesystems.map(({ target, 'maj:min': device }) => [
      target,
      device.trim(),
    ]),
  );
  const ours = new Set(
    files.split('\n').map((line) => {
      const [, inode = '', target = ''] = /^(\d+) (.+)$/.exec(line) ?? [];
      return `${devices.get(target)} ${inode}`;
    }),
  );
  // It prints nothing if nothing is locked.
  const { locks } = (locked.trim() === '' ? { locks: [] } : JSON.parse(locked)) as { locks: Row[] };
  const holders = locks.filter(({ inode, 'maj:min': device }) => ours.has(`${device.trim()} ${inode}`));
  return [...new Map(holders.map(({ command, pid }) => [pid, { command, pid }])).values()];
}
