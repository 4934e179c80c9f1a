// A lock between processes. It is released when the last process that holds it exits, for any reason.
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { MachineError } from '../../core/machine-error.ts';
import { heldLock } from './held-lock.ts';
import { environment } from './environment.ts';

const LOCK_SECONDS = '60';
/** The number of the descriptor in flock(1) and in each tool: the next one after standard input, output and error. */
export const LOCK_DESCRIPTOR = 3;

/**
 * Does the work while no other process, and no other part of this one, holds the lock file. The lock belongs to the
 * open file, not to this process, and each tool that `run` starts meanwhile inherits it. If this process is killed, the
 * lock therefore lasts until the tool has ended. Nobody else changes the files that the tool is still writing.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const file = await open(path, constants.O_RDONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  try {
    await take(file.fd, path);
    return await heldLock.run(file.fd, work);
  } finally {
    await file.close();
  }
}

function take(descriptor: number, path: string): Promise<void> {
  return new Promise((done, fail) => {
    const words = ['--exclusive', '--timeout', LOCK_SECONDS, String(LOCK_DESCRIPTOR)];
    const stdio = ['ignore', 'ignore', 'ignore', descriptor] as const;
    const child = spawn('flock', words, { env: environment, stdio: [...stdio] });
    child.once('error', (cause) => fail(new MachineError('failed', '“flock” could not be run.', { cause })));
    child.once('close', (status) => {
      if (status === 0) done();
      else fail(new MachineError('failed', `The lock “${path}” is held by another process. Retry the call.`));
    });
  });
}
