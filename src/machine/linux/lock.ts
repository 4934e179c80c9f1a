// A lock between processes. It is released when the last process that holds it exits, for any reason.
import { starter } from './current-starter.ts';
import { holding, type Lock } from './held-lock.ts';
import { lockFile } from './lock-file.ts';
import { runTool } from './tool.ts';

/**
 * Does the work while no other process, and no other part of this one, holds the lock file. The lock belongs to the
 * open file, not to this process, and each tool that `run` starts meanwhile inherits it. If this process is killed, the
 * lock therefore lasts until the tool has ended. Nobody else changes the files that the tool is still writing.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = await (starter()?.lock(path) ?? lockHere(path));
  let result: T;
  try {
    result = await holding(lock.start, work);
  } catch (error) {
    // The work's own failure is the one that matters.
    await lock.release().catch(() => undefined);
    throw error;
  }
  await lock.release();
  return result;
}

async function lockHere(path: string): Promise<Lock> {
  const file = await lockFile(path);
  return {
    start: (tool, words, options) => runTool(tool, words, options, file.fd),
    release: () => file.close(),
  };
}
