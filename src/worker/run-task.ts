// Runs one task that this process has claimed, and stores its outcome.
import type { Db } from '../core/context.ts';
import { dispatch } from '../core/dispatch.ts';
import type { Engine } from '../core/engine.ts';
import { ApiError } from '../core/errors.ts';
import { withLocks } from '../core/hold-locks.ts';
import { finish } from '../core/irreversible.ts';
import { NotUndone, undoLater } from '../core/undo.ts';
import { MachineError, ofDisk, UNCHANGED } from '../core/machine-error.ts';
import { Final, type TaskContext, type TaskKind } from '../core/task.ts';
import * as queue from '../ground/rules/tasks/queue.ts';
import type { Ending } from '../ground/rules/tasks/queue.ts';
import type { Json } from '../core/values.ts';
import type { Task } from '../ground/rules/tasks/tasks.ts';
import type { TaskLog, TaskLogFiles } from '../store/task-logs.ts';
import { ProgressReports } from './progress-reports.ts';

/** Why a task must end early: the reason of its AbortSignal. */
export type StopReason = 'requested' | 'worker ends' | 'lost';

export interface Running {
  readonly task: Task;
  readonly abort: AbortController;
}

interface RunDependencies {
  readonly engine: Engine;
  readonly logs: TaskLogFiles;
}

const root = { user: 'root', privileges: 'all' } as const;

/**
 * Never rejects: errors become the outcome of the task. Does not store the outcome; see `storeEnding`. @returns
 * undefined if the task no longer belongs to this process.
 */
export async function runTask(
  { task, abort }: Running,
  kind: TaskKind,
  { engine, logs }: RunDependencies,
): Promise<Ending | undefined> {
  let log: TaskLog;
  try {
    log = logs.open(task.id, task.attempts === 1);
  } catch (error) {
    return failure(task, kind, error, engine);
  }
  const reports = new ProgressReports(async (progress) => {
    const isOurs = await inStore(
      engine,
      (db) => queue.report(db, task, { ...progress, now: engine.now() }),
      // The work goes on while the store cannot be reached.
    ).catch(() => true);
    if (!isOurs) abort.abort(new Stopped('lost'));
  });
  let lines = 0;
  const counted: TaskLog = {
    ...log,
    write: (line) => {
      lines += 1;
      log.write(line);
    },
  };
  log.write(
    task.attempts === 1 ? `${task.kind} begins.` : `${task.kind} starts again (attempt ${task.attempts}).`,
  );
  let ending: Ending;
  try {
    const result = await kind.run(
      task.input as never,
      contextOf({ task, abort }, { engine, logs }, counted, reports),
    );
    const isIdle =
      task.isByTimer &&
      task.attempts === 1 &&
      (result === undefined || (lines === 0 && countsNothing(result))) &&
      // After a failure, its success is worth a line: --doctor reports the failure until then.
      !(await inStore(engine, (db) => queue.hasLastFailed(db, task.kind)));
    ending = isIdle ? { state: 'idle' } : { state: 'done', result };
  } catch (error) {
    if (abort.signal.aborted && !isAbort(error, abort.signal))
      log.write(`The task threw an error: ${messageOf(error)}`);
    ending = stopped(kind, abort.signal, engine.now()) ?? failure(task, kind, error, engine);
  }
  await reports.end();
  log.write(sentenceOf(ending));
  log.close();
  return isLost(abort.signal) ? undefined : ending;
}

/**
 * Stores the outcome of a task, and writes a line to the audit log unless the task will be retried. False if the task
 * does not belong to this process.
 */
export async function storeEnding(task: Task, ending: Ending, engine: Engine): Promise<boolean> {
  const now = engine.now();
  return inStore(engine, async (db) => {
    if (!(await queue.end(db, task, ending, now))) return false;
    if (ending.state === 'waiting' || ending.state === 'idle') return true;
    await engine.audit(
      {
        time: now,
        xid: task.xid,
        caller: task.caller,
        function: `task ${task.kind}`,
        arguments: [['task', String(task.id)]],
        ...(ending.state === 'done' ? { result: 1 } : { result: 0, error_code: ending.state }),
        duration_ms: now - (task.startedAt ?? now),
      },
      'change',
      db,
    );
    return true;
  });
}

/** Thrown by `signal.throwIfAborted()` in a task that must end. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly why: StopReason;

  constructor(why: StopReason) {
    super('The task was stopped.');
    this.why = why;
  }
}

function contextOf(
  { task, abort }: Running,
  { engine, logs }: RunDependencies,
  log: TaskLog,
  reports: ProgressReports,
): TaskContext {
  return {
    id: task.id,
    isRetry: task.attempts > 1,
    caller: task.caller,
    machine: engine.machine,
    callPeer: engine.callPeer,
    sealer: engine.sealer,
    now: engine.now,
    randomBytes: engine.randomBytes,
    transaction: (effect, work) =>
      engine.store.transaction(effect, async (db) => ({ value: await work(db), keep: true })),
    withLocks: (locks, work, options) => {
      const holder = { xid: task.xid, caller: task.caller, signal: abort.signal, ...options };
      return withLocks(engine, locks, holder, work);
    },
    finishOperation: (id) => finish(engine, id),
    undoOperation: (id) => undoLater(engine, id),
    call: (call) => dispatch({ ...call, dryRun: false }, root, engine),
    callOwn: (call) => dispatch({ ...call, dryRun: false }, root, { ...engine, find: engine.findOwn }),
    async callIfCurrent(call, isCurrent) {
      const about = { wasCurrent: true };
      const assertCurrent = async (db: Db) => {
        about.wasCurrent = await isCurrent(db);
        if (about.wasCurrent) return;
        throw new ApiError(
          'busy',
          'Another call has changed what this one is based on. Nothing was changed.',
        );
      };
      const envelope = await dispatch({ ...call, dryRun: false, assertCurrent }, root, engine);
      return about.wasCurrent ? envelope : undefined;
    },
    progress: (percent, activity) => reports.add(percent, activity),
    log: (line) => log.write(line),
    logFile: log.file,
    signal: abort.signal,
    logs,
  };
}

/** True for `{}` and for an object of numbers that are all 0. */
const countsNothing = (result: Json): boolean =>
  typeof result === 'object' && result !== null && Object.values(result).every((value) => value === 0);

/** The outcome of a task that was asked to end. Undefined if it was not asked. */
function stopped(kind: TaskKind, signal: AbortSignal, now: number): Ending | undefined {
  if (!signal.aborted) return undefined;
  const { why } = signal.reason as Stopped;
  if (why === 'requested') return { state: 'stopped', reason: 'The task was stopped while it ran.' };
  const reason = 'The program that ran the task was stopped.';
  if (kind.whenInterrupted === 'fail') return { state: 'stopped', reason };
  return { state: 'waiting', reason, notBefore: now, isUncounted: true };
}

function failure(task: Task, kind: TaskKind, thrown: unknown, engine: Engine): Ending {
  const error = ofDisk(thrown);
  const isExpected = error instanceof ApiError || error instanceof MachineError || error instanceof NotUndone;
  const where = isExpected ? '' : engine.logUnexpected(task.xid, task.kind, error);
  // Whatever a part of it has left unchanged, the task may have changed something before.
  const reason = isExpected
    ? error.message.replace(UNCHANGED, '')
    : `(XID ${task.xid}) An unexpected error occurred. ${where}`;
  const { count = 0, delayMs = 0, growth = 1 } = kind.retries ?? {};
  // Without the key it fails each time, until somebody acts.
  const isFinal = error instanceof Final || (error instanceof ApiError && error.code === 'key_lost');
  if (isFinal || task.attempts > count) return { state: 'failed', reason };
  return { state: 'waiting', reason, notBefore: engine.now() + delayMs * growth ** (task.attempts - 1) };
}

function sentenceOf(ending: Ending): string {
  if (ending.state === 'idle') return 'There was nothing to do.';
  if (ending.state === 'done') return 'It is done.';
  if (ending.state === 'waiting') {
    return `It is tried again from ${new Date(ending.notBefore).toISOString()} on: ${ending.reason}`;
  }
  return `It ${ending.state === 'failed' ? 'failed' : 'is stopped'}: ${ending.reason}`;
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error as { name?: string } | null)?.name === 'AbortError';
}

function isLost({ aborted, reason }: AbortSignal): boolean {
  return aborted && (reason as Stopped).why === 'lost';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function inStore<T>(engine: Engine, work: (db: Db) => Promise<T>): Promise<T> {
  return engine.store.transaction('changes', async (db) => ({ value: await work(db), keep: true }));
}
