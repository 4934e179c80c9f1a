// A private file that is created once. The first of several processes wins, and all use the content that it wrote.
import { closeSync, constants, fsyncSync, linkSync, unlinkSync, writeSync } from 'node:fs';
import type { StateDirectory } from './state-directory.ts';
import { unavailable } from './unavailable.ts';

/**
 * Writes the file completely or not at all, even in a power cut. Keeps a file that another process created a moment
 * ago. `draft` is a name that no other process uses.
 * @throws ApiError `store_unavailable`.
 */
export function storeFirst(
  directory: StateDirectory,
  file: string,
  content: string | Uint8Array,
  draft: string,
): void {
  const { O_WRONLY, O_CREAT, O_EXCL } = constants;
  const name = `${file}.${draft}`;
  const bytes = Buffer.from(content);
  try {
    const descriptor = directory.open(name, O_WRONLY | O_CREAT | O_EXCL);
    try {
      try {
        if (writeSync(descriptor, bytes) < bytes.length) {
          throw Object.assign(new Error('The file was truncated.'), { code: 'ENOSPC' });
        }
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      // link(2) never replaces a file.
      linkSync(directory.file(name), directory.file(file));
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
    } finally {
      unlinkSync(directory.file(name));
    }
    directory.sync();
  } catch (error) {
    throw unavailable(error, directory.file(file));
  }
}
