// Removes a folder of the sandbox with everything in it.
import { rm } from 'node:fs/promises';
import { run } from '../linux/run.ts';

/** A home can contain millions of files. */
const LIMIT_MS = 3_600_000;

/**
 * Does nothing if the path does not exist. A link is removed, not followed.
 * @throws MachineError `failed` with the message of rm(1).
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    // Node builds whole paths, which the kernel refuses above 4,096 bytes. rm(1) walks from folder to folder.
    if ((error as { code?: string }).code !== 'ENAMETOOLONG') throw error;
    await run('rm', ['--recursive', '--force', '--', path], { limitMs: LIMIT_MS });
  }
}
