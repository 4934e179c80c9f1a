// Locks between processes, by flock(1). A lock is released when the last process that holds it exits, for any reason.
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { starter } from './current-starter.ts';
import { runTool, type StartTool } from './tool.ts';
import { MachineError } from '../../core/machine-error.ts';
import { environment } from './environment.ts';

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

// The lock that the current work holds, so that each tool it starts inherits the lock.
export interface Lock {
  /** Starts a tool that inherits the lock. */
  readonly start: StartTool;
  /** @throws MachineError if the lock was lost meanwhile. */
  readonly release: () => Promise<void>;
}

interface Held {
  /** Undefined once the work has ended. What still runs then must not inherit the lock. */
  start: StartTool | undefined;
}

const held = new AsyncLocalStorage<Held>();
/** How many parts of this process hold a lock. */
let holders = 0;

/** Starts a tool that inherits the lock. Undefined if the current work holds none. */
export function startUnderLock(): StartTool | undefined {
  return held.getStore()?.start;
}

/** Does the work, whose tools `start` starts. */
export async function holding<T>(start: StartTool, work: () => Promise<T>): Promise<T> {
  const mine: Held = { start };
  holders++;
  try {
    return await held.run(mine, work);
  } finally {
    mine.start = undefined;
    holders--;
    // In Node 20, each promise of the whole process takes longer from the first run on, until this.
    if (holders === 0) held.disable();
  }
}

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
