// Where `npm test` keeps its temporary files: in memory, if the machine has enough. Thousands of tests each create and
// remove a folder, which is slow on disks: ext4 needs more than a millisecond to remove one. Their stores begin as copies
// of one, because SQLite takes 7 ms of processor time to create the tables.
import { chmodSync, mkdtempSync, readFileSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeScriptFolder } from './built-script.ts';
import { createNewStore } from './new-store.ts';

declare global {
  var temporaryFolders: string[];
}

const MEMORY = '/dev/shm';
const ROOM = 2 ** 31;

export default async function prepare(): Promise<void> {
  globalThis.temporaryFolders = [];
  chooseTemporaryFolder();
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-new-store-'));
  globalThis.temporaryFolders.push(folder);
  await createNewStore(folder);
  globalThis.temporaryFolders.push(makeScriptFolder());
}

/** Their list of folders must exist: `globalThis.temporaryFolders`. */
export function chooseTemporaryFolder(): void {
  // The directory is already set.
  if (process.env.TMPDIR !== undefined || !isUsable()) return;
  const folder = mkdtempSync(join(MEMORY, 'whmapi1-'));
  globalThis.temporaryFolders.push(folder);
  // The same mode as /tmp, because some tests start the program as another user.
  chmodSync(folder, 0o1777);
  // The processes of the tests inherit it.
  process.env.TMPDIR = folder;
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
