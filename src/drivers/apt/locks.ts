// The processes that have locked the packages of the system: another apt or dpkg, also one that an administrator runs.
import type { MachineTools, ToolWord } from '../../core/machine-daemons.ts';

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

export async function holdersOfLocks(tools: MachineTools): Promise<readonly LockHolder[]> {
  const paths = LOCKS.map((path): ToolWord => ({ path }));
  // stat exits with 1 if a file does not exist: apt has not been used yet.
  const { stdout: files } = await tools.run('stat', ['--format=%Hd:%Ld %i', '--', ...paths], {
    accept: [0, 1],
  });
  const ours = new Set(files.split('\n'));
  const { stdout } = await tools.run('lslocks', ['--json', '--output=COMMAND,PID,INODE,MAJ:MIN']);
  // It prints nothing if nothing is locked.
  const { locks } = (stdout.trim() === '' ? { locks: [] } : JSON.parse(stdout)) as { locks: Row[] };
  const holders = locks.filter(({ inode, 'maj:min': device }) => ours.has(`${device} ${inode}`));
  return [...new Map(holders.map(({ command, pid }) => [pid, { command, pid }])).values()];
}
