// Where `npm test` keeps its temporary files: in memory, if the machine has enough. Thousands of tests each create and
// remove a folder, which is slow on disks: ext4 needs more than a millisecond to remove one.
import { chmodSync, mkdtempSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

declare global {
  var folderInMemory: string | undefined;
}

const MEMORY = '/dev/shm';
const ROOM = 2 ** 31;

export default function chooseTemporaryFolder(): void {
  // The directory is already set.
  if (process.env.TMPDIR !== undefined || !isUsable()) return;
  globalThis.folderInMemory = mkdtempSync(join(MEMORY, 'whmapi1-'));
  // The same mode as /tmp, because some tests start the program as another user.
  chmodSync(globalThis.folderInMemory, 0o1777);
  // The processes of the tests inherit it.
  process.env.TMPDIR = globalThis.folderInMemory;
}

/** Containers often have 64 MB there, and some machines do not allow running programs from there. */
function isUsable(): boolean {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const [, , type, options = ''] =
    mounts.map((line) => line.split(' ')).findLast(([, path]) => path === MEMORY) ?? [];
  if (type !== 'tmpfs' || /\b(?:ro|noexec)\b/.test(options)) return false;
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= ROOM;
}
