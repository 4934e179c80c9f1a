// Checks whether a tool failed because a disk is full. Few tools report it: useradd only reports that it cannot write.
import { statfs } from 'node:fs/promises';

/** The directories that the tools write to. */
const PLACES = ['/etc', '/home', '/var/lib', '/var/spool'];
/** Smaller than any change of a passwd file. */
const NEEDED_BYTES = 8192;

/** @returns a sentence that says what to do; undefined if the complaint is not about a full disk. */
export async function fullPlace(complaint: string): Promise<string | undefined> {
  if (complaint.includes('Read-only file system')) {
    return 'The file system is read-only. Mount it read-write and retry the call.';
  }
  if (!/No space left|quota exceeded|\b(?:lock|open|creat|writ)/i.test(complaint)) return undefined;
  for (const place of PLACES) {
    if (await isFull(place)) return `The disk of “${place}” is full. Free some space and retry the call.`;
  }
  const isSaid = /No space left on device|Disk quota exceeded/.test(complaint);
  return isSaid ? 'The disk is full. Free some space and retry the call.' : undefined;
}

async function isFull(place: string): Promise<boolean> {
  try {
    const { bavail, bsize, blocks, files, ffree } = await statfs(place);
    return (blocks > 0 && bavail * bsize < NEEDED_BYTES) || (files > 0 && ffree === 0);
  } catch {
    return false;
  }
}
