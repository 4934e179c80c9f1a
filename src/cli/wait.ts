// whmapi1 --wait ID, and whmapi1 --wait FUNCTION ...: waits for a task and shows its progress.
import { spawn } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { visible } from '../core/quote.ts';
import { TaskDesk, type Task } from '../administration/tasks.ts';
import type { AdministrationOptions } from './administration-options.ts';
import { installedFile } from './installation.ts';
import { writeStderr, type Io } from './io.ts';
import { isRemote } from './is-remote.ts';
import type { CommandLine } from './options.ts';
import { isTaskId } from './task-id.ts';
import { taskProgress } from './progress.ts';
import { situationOf } from './tasks.ts';
import { UsageError } from './usage-error.ts';
import { withDesk } from './with-desk.ts';

const POLL_MS = 300;
/** The minimum time between the starts of two workers by this command. */
const RESTART_MS = 5_000;
/** The exit status of shells for a program that Ctrl-C ended. */
const INTERRUPTED = 130;

/** @returns the exit status: 0 only if the task is done. @throws UsageError */
export async function wait(line: CommandLine, options: AdministrationOptions, io: Io): Promise<number> {
  const { command } = line;
  if (command === undefined) {
    throw new UsageError('--wait needs the ID of a task, or a function that starts one.');
  }
  if (isTaskId(command)) {
    const hasMore = line.words.length > 0 || line.dryRun || line.user !== undefined || options.outputIsGiven;
    if (hasMore) throw new UsageError('--wait ID accepts nothing else.');
    return waitFor(Number(command), io);
  }
  if (isRemote(line.remote, io)) {
    throw new UsageError('--wait follows tasks of this server, so --host does not go with it.');
  }
  const { callFor } = await import('./call.ts');
  const { status, task } = await callFor(line, command, io);
  if (task !== undefined) return waitFor(task, io);
  if (status === 0 && !line.dryRun) writeStderr(io, `whmapi1: ${visible(command)} started no task.\n`);
  return status;
}

/** Waits for a task of any server of the store. @returns the exit status. */
export async function waitFor(id: number, io: Io): Promise<number> {
  const progress = taskProgress(io);
  let isInterrupted = false;
  const interrupt = new AbortController();
  process.once('SIGINT', () => {
    isInterrupted = true;
    interrupt.abort();
  });
  try {
    return await withDesk(TaskDesk, io, async (desk) => {
      const helper = new Helper(desk, io);
      for (;;) {
        const { task, isHere } = await desk.get(id);
        if (task.endedAt !== null) {
          progress.end();
          return conclude(task, io);
        }
        if (isInterrupted) {
          progress.end();
          writeStderr(
            io,
            `whmapi1: the task ${id} goes on. whmapi1 --wait ${id} follows it again, whmapi1 --stop-task ${id} stops it.\n`,
          );
          return INTERRUPTED;
        }
        progress.show(task);
        if (isHere) helper.ensureWorker(task);
        await setTimeout(POLL_MS, undefined, { signal: interrupt.signal }).catch(() => undefined);
      }
    });
  } finally {
    progress.end();
  }
}

function conclude(task: Task, io: Io): number {
  const { id, kind, state } = task;
  const situation = situationOf(task);
  const result = task.result === null ? '' : ` ${visible(JSON.stringify(task.result))}`;
  writeStderr(
    io,
    `task ${id} (${kind}) ${state === 'failed' ? 'failed' : `is ${state}`}${situation === '' ? '.' : `: ${visible(situation)}`}${result}\n`,
  );
  if (state !== 'done') writeStderr(io, `whmapi1 --tasks ${id} shows its log.\n`);
  return state === 'done' ? 0 : 1;
}

/** Starts a worker if a task is due and no server is running that would run it. */
class Helper {
  readonly #desk: TaskDesk;
  readonly #io: Io;
  #isAtWork = false;
  #startedAt = -Infinity;

  constructor(desk: TaskDesk, io: Io) {
    this.#desk = desk;
    this.#io = io;
  }

  ensureWorker({ state, notBefore }: Task): void {
    const now = Date.now();
    const isLeft = (state === 'waiting' && notBefore <= now) || state === 'interrupted';
    if (!isLeft || this.#isAtWork || now - this.#startedAt < RESTART_MS || this.#desk.isServerRunning())
      return;
    const program = installedFile('bin/whmapi1');
    if (program === undefined) return;
    // The worker has its own process group, so that Ctrl-C ends only the waiting, not the task.
    const child = spawn(process.execPath, [program, '--run-tasks'], {
      ...{ detached: true, stdio: 'ignore', cwd: '/' },
      env: this.#io.environment,
    });
    this.#isAtWork = true;
    this.#startedAt = now;
    const end = () => (this.#isAtWork = false);
    child.once('exit', end);
    child.once('error', end);
    child.unref();
  }
}
