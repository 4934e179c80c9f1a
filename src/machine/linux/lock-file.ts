// Locks a file with flock(1).
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { MachineError } from '../../core/machine-error.ts';
import { environment } from './environment.ts';

/** The lock of a daemon is held until it has read the configuration of all websites. */
const LOCK_SECONDS = '180';
/** The number of the descriptor in flock(1) and in each tool: the next one after standard input, output and error. */
const LOCK_DESCRIPTOR = 3;

/**
 * Waits for the lock. It belongs to the open file, not to this process, and lasts until all processes that have
 * inherited the file have closed it.
 * @throws MachineError `failed` if others hold it for too long.
 */
export async function lockFile(path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  try {
    await take(file.fd, path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** What waits for the lock of the file that it has open. */
const waitForLock = [
  'flock',
  ['--exclusive', '--timeout', LOCK_SECONDS, String(LOCK_DESCRIPTOR)],
  { limitMs: 2 * 1000 * Number(LOCK_SECONDS) },
] as const;

const heldByAnother = (path: string) =>
  new MachineError('failed', `The lock “${path}” is held by another process. Retry the call.`);

function take(descriptor: number, path: string): Promise<void> {
  return new Promise((done, fail) => {
    const [tool, words] = waitForLock;
    const child = spawn(tool, words, { env: environment, stdio: ['ignore', 'ignore', 'ignore', descriptor] });
    child.once('error', (cause) => fail(new MachineError('failed', '“flock” could not be run.', { cause })));
    child.once('close', (status) => {
      if (status === 0) done();
      else fail(heldByAnother(path));
    });
  });
}
