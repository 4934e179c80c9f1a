// Checks whether a tool failed because a disk is full. Few tools report it: useradd only reports that it cannot write.
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { getSystemErrorName } from 'node:util';
import { diskCause } from '../../core/machine-error.ts';
import { systemErrorCode } from '../../core/system-error.ts';

/** The directories that the tools write to. */
const PLACES = ['/etc', '/home', '/var/lib', '/var/spool', '/tmp'];
/** Smaller than any change of a passwd file. */
const NEEDED_BYTES = 8192;

const SAID: readonly (readonly [text: string, code: string])[] = [
  ['Read-only file system', 'EROFS'],
  ['Disk quota exceeded', 'EDQUOT'],
  ['File too large', 'EFBIG'],
];

/**
 * @param files that the tool was told to read or write.
 * @returns a sentence that says what to do; undefined if the complaint is not about a full disk.
 */
export async function fullPlace(
  complaint: string,
  files: readonly string[] = [],
): Promise<string | undefined> {
  const code = SAID.find(([text]) => complaint.includes(text))?.[1] ?? numbered(complaint);
  if (code !== undefined && code !== 'ENOSPC') return diskCause(code);
  if (!/No space left|quota exceeded|\b(?:lock|open|creat|writ)/i.test(complaint)) return undefined;
  for (const place of [...new Set(files.map((file) => dirname(file))), ...PLACES]) {
    if (await isFull(place)) return `The disk of “${place}” is full. Free some space and retry the call.`;
  }
  const isSaid = code === 'ENOSPC' || complaint.includes('No space left on device');
  return isSaid ? diskCause('ENOSPC') : undefined;
}

/** The name of the error, if a tool of MariaDB says its number only: `Got errno 28 on write`. */
function numbered(complaint: string): string | undefined {
  const errno = -Number(/\bGot errno (\d{1,3}) on write/.exec(complaint)?.[1] ?? 0);
  return errno === 0 ? undefined : systemErrorCode({ errno, code: getSystemErrorName(errno) });
}

async function isFull(place: string): Promise<boolean> {
  try {
    const { bavail, bsize, blocks, files, ffree } = await statfs(place);
    return (blocks > 0 && bavail * bsize < NEEDED_BYTES) || (files > 0 && ffree === 0);
  } catch {
    return false;
  }
}
