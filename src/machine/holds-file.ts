// Whether a file stands in a folder, seen without following a symbolic link.
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';

/** False where the folder or the file is a link, or is not there. */
export async function holdsFile(folder: string, file: string): Promise<boolean> {
  try {
    return (await lstat(folder)).isDirectory() && (await lstat(join(folder, file))).isFile();
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return false;
    throw error;
  }
}
