// Checks whether a folder contains a file, without following symbolic links.
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';

/** Returns false if the folder or the file is a link or does not exist. */
export async function holdsFile(folder: string, file: string): Promise<boolean> {
  try {
    return (await lstat(folder)).isDirectory() && (await lstat(join(folder, file))).isFile();
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return false;
    throw error;
  }
}
