// The hostname that was set for a sandbox. The file is small, and read at once where the kernel is asked at once.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Undefined if none was set. @param root the directory that stands for the root of the file system */
export function readSandboxHostname(root: string): string | undefined {
  try {
    const name = readFileSync(join(root, 'etc/hostname'), 'utf8').trim();
    return name === '' ? undefined : name;
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
}
