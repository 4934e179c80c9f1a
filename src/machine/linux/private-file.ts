// A file in memory without a name: it ends with the processes that have it open.
import { closeSync, constants, fchownSync, openSync, writeSync } from 'node:fs';

/** A file system in memory, which every Linux with systemd mounts. */
const FOLDER = '/dev/shm';
/** O_TMPFILE, which Node has no name for. */
const UNNAMED = 0o20000000 | constants.O_DIRECTORY;

/**
 * @param owner default: this process’s user.
 * @returns its descriptor. Only its owner and root can open it through /proc.
 */
export function openPrivateFile(
  content: string,
  owner?: { readonly uid: number; readonly gid: number },
): number {
  const file = openSync(FOLDER, UNNAMED | constants.O_RDWR, 0o600);
  try {
    // The place in the file belongs to this descriptor: whoever opens the file through /proc begins at its start.
    writeSync(file, content);
    if (owner !== undefined) fchownSync(file, owner.uid, owner.gid);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}
