// A lock between processes that goes with its holder, however that ends.
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { HostError } from '../../core/host-error.ts';
import { environment } from './run.ts';

const LOCK_SECONDS = '60';

/**
 * Does the work while no other process, nor another part of this one, holds the lock file. flock(1) holds it until its
 * input ends, as it does with this process: the kernel sees to it.
 */
export async function alone<T>(path: string, work: () => Promise<T>): Promise<T> {
  // Made here, since flock would follow a link.
  await (await open(path, constants.O_RDONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)).close();
  const words = ['--exclusive', '--no-fork', '--timeout', LOCK_SECONDS, path, 'cat'];
  // A group of its own, so that a ^C at the terminal doesn't free the lock while this process goes on.
  const holder = spawn('flock', words, {
    env: environment,
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  const closed = new Promise((done) => holder.once('close', done));
  holder.stdin.on('error', () => undefined);
  await new Promise<void>((done, fail) => {
    holder.stdout.once('data', () => done());
    holder.once('error', (cause) => fail(new HostError('failed', '“flock” could not be run.', { cause })));
    holder.once('close', () => {
      fail(new HostError('failed', `The lock “${path}” could not be had. Repeat the call.`));
    });
    holder.stdin.write('\n');
  });
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await closed;
  }
}
