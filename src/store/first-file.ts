// A private file that is made once: the first of several processes wins, and all use what that one wrote.
import { closeSync, constants, fsyncSync, linkSync, unlinkSync, writeSync } from 'node:fs';
import type { StateDirectory } from './state-directory.ts';
import { unavailable } from './unavailable.ts';

/**
 * Whole or not at all, also in a power cut; one that another process made a moment ago stays. `draft` is a name that
 * nobody else uses. @throws ApiError `store_unavailable`.
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
          throw Object.assign(new Error('The file was cut short.'), { code: 'ENOSPC' });
        }
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      // link(2) never replaces.
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
