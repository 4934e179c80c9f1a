// The queue of tasks, from waiting to ended. All functions need a transaction that changes. Such transactions run one
// after the other, so that only one worker gets a task.
import type { Db } from '../../../core/context.ts';
import { ApiError, badParam } from '../../../core/errors.ts';
import type { NewTask, TaskKind } from '../../../core/task.ts';
import * as tasks from './tasks.ts';
import type { Task } from './tasks.ts';

/** The limit for one server, across all of its processes. */
export const MAX_RUNNING = 4;
/** A task that always kills its process is not retried forever. */
const MAX_INTERRUPTED_ATTEMPTS = 5;
const MAX_INPUT_LENGTH = 1_048_576;

/**
 * Adds a task, which can start after the transaction is committed.
 * @param server the server of the store that runs the task. Default: this one.
 * @returns the task's ID.
 */
export async function add(
  db: Db,
  { kind, input, caller, xid }: NewTask,
  {
    now,
    notBefore = now,
    server = db.server,
    isByTimer = false,
  }: {
    readonly now: number;
    readonly notBefore?: number;
    readonly server?: string;
    readonly isByTimer?: boolean;
  },
): Promise<number> {
  const text = JSON.stringify(input);
  if (text.length > MAX_INPUT_LENGTH) throw badParam('The input of the task is larger than 1 MiB.');
  const row = await db.get<{ id: number }>(
    `INSERT INTO task (server, kind, input, state, progress, activity, reason, caller, xid, process, attempts,
      stop_requested, created_at, not_before, by_timer)
    VALUES (?, ?, ?, 'waiting', 0, '', '', ?, ?, '', 0, 0, ?, ?, ?) RETURNING id`,
    ...[server, kind, text, caller, xid, now, notBefore, isByTimer ? 1 : 0],
  );
  return row?.id ?? 0;
}

/** Adds a task unless one of its kind with the same input is waiting or running. @returns the ID of the one or the other. */
export async function ensure(db: Db, task: NewTask, now: number): Promise<number> {
  const there = await db.get<{ id: number }>(
    "SELECT id FROM task WHERE server = ? AND kind = ? AND input = ? AND state IN ('waiting', 'running') LIMIT 1",
    ...[db.server, task.kind, JSON.stringify(task.input)],
  );
  return there?.id ?? add(db, task, { now });
}

export interface Taking {
  /** The name of the process, as in `Processes`. */
  readonly process: string;
  readonly now: number;
  /** The kinds that the process knows. Tasks of a newer version's kinds are left to that version. */
  readonly kinds: readonly string[];
  /** Those of which one task at most is started. Default: none. */
  readonly alone?: ReadonlySet<string>;
}

/** Starts tasks of this server that are due, the oldest first, up to the maximum number of running tasks. */
export async function take(db: Db, { process, now, kinds, alone }: Taking): Promise<Task[]> {
  const running = await db.get<{ count: number }>(
    "SELECT COUNT(*) AS count FROM task WHERE server = ? AND state = 'running'",
    db.server,
  );
  const free = MAX_RUNNING - (running?.count ?? 0);
  if (free <= 0) return [];
  const due = await tasks.select(
    db,
    `WHERE server = ? AND state = 'waiting' AND not_before <= ?
      AND kind IN (SELECT value FROM ${db.dialect.eachOf('?', 'known')}) ORDER BY not_before, id LIMIT ?`,
    ...[db.server, now, JSON.stringify(kinds), free],
  );
  const chosen = due.filter(
    ({ kind }, at) => alone?.has(kind) !== true || due.findIndex((one) => one.kind === kind) === at,
  );
  for (const { id } of chosen) {
    await db.run(
      `UPDATE task SET state = 'running', process = ?, attempts = attempts + 1, progress = 0, activity = '', reason = '',
        started_at = ?, reported_at = ? WHERE id = ?`,
      ...[process, now, now, id],
    );
  }
  return chosen.map((task) => ({ ...task, state: 'running', process, attempts: task.attempts + 1 }));
}

/** Returns when the next waiting task is due, in milliseconds since 1970-01-01. Undefined if none is waiting. */
export async function nextDue(db: Db, kinds: readonly string[]): Promise<number | undefined> {
  const row = await db.get<{ due: number | null }>(
    `SELECT MIN(not_before) AS due FROM task WHERE server = ? AND state = 'waiting'
      AND kind IN (SELECT value FROM ${db.dialect.eachOf('?', 'known')})`,
    db.server,
    JSON.stringify(kinds),
  );
  return row?.due ?? undefined;
}

/**
 * Stores the progress of a task. Returns false if the task no longer belongs to this process, whose work must then end.
 */
export async function report(
  db: Db,
  { id, process }: Pick<Task, 'id' | 'process'>,
  { progress, activity, now }: { readonly progress: number; readonly activity: string; readonly now: number },
): Promise<boolean> {
  const changed = await db.run(
    "UPDATE task SET progress = ?, activity = ?, reported_at = ? WHERE id = ? AND process = ? AND state = 'running'",
    ...[progress, activity, now, id, process],
  );
  return changed === 1;
}

export type Ending =
  | { readonly state: 'done'; readonly result: unknown }
  | { readonly state: 'failed' | 'stopped'; readonly reason: string }
  /** A timer has started it, and there was nothing to do: nobody needs to see it. */
  | { readonly state: 'idle' }
  /** The task will start again. `isUncounted`: the attempt does not count, because the task is not at fault. */
  | {
      readonly state: 'waiting';
      readonly reason: string;
      readonly notBefore: number;
      readonly isUncounted?: boolean;
    };

/** Stores how a running task has ended. Returns false if the task no longer belongs to that process. */
export async function end(
  db: Db,
  { id, process }: Pick<Task, 'id' | 'process'>,
  ending: Ending,
  now: number,
): Promise<boolean> {
  const own = "id = ? AND process = ? AND state = 'running'";
  if (ending.state === 'idle') return (await db.run(`DELETE FROM task WHERE ${own}`, id, process)) === 1;
  if (ending.state === 'waiting') {
    const changed = await db.run(
      `UPDATE task SET state = 'waiting', process = '', reason = ?, not_before = ?, attempts = attempts - ? WHERE ${own}`,
      ...[ending.reason, ending.notBefore, ending.isUncounted === true ? 1 : 0, id, process],
    );
    return changed === 1;
  }
  const isDone = ending.state === 'done';
  const changed = await db.run(
    `UPDATE task SET state = ?, process = '', progress = CASE WHEN ? = 1 THEN 100 ELSE progress END, result = ?,
      reason = ?, ended_at = ? WHERE ${own}`,
    ending.state,
    isDone ? 1 : 0,
    isDone && ending.result !== undefined ? JSON.stringify(ending.result) : null,
    isDone ? '' : ending.reason,
    ...[now, id, process],
  );
  return changed === 1;
}

/** True if the task of this kind that ended last on this server has failed. */
export async function hasLastFailed(db: Db, kind: string): Promise<boolean> {
  const last = await db.get<{ state: string }>(
    'SELECT state FROM task WHERE server = ? AND kind = ? AND ended_at IS NOT NULL ORDER BY ended_at DESC, id DESC LIMIT 1',
    ...[db.server, kind],
  );
  return last?.state === 'failed';
}

/** Lists the tasks that are running on this server. */
export function running(db: Db): Promise<Task[]> {
  return tasks.select(db, "WHERE server = ? AND state = 'running' ORDER BY id", db.server);
}

/**
 * Decides what happens to a task whose process has died. Undefined for a kind that this version does not know.
 * @param isUnbegun true if the task was taken but its work never started.
 */
export function afterInterruption(
  task: Task,
  kind: Pick<TaskKind, 'whenInterrupted' | 'retries'> | undefined,
  { now, isUnbegun = false }: { readonly now: number; readonly isUnbegun?: boolean },
): Ending | undefined {
  if (kind === undefined) return undefined;
  if (task.stopRequested) return { state: 'stopped', reason: 'It was stopped, and its process ended.' };
  const reason = 'The process that ran it ended before the work was done.';
  if (isUnbegun) return { state: 'waiting', reason: '', notBefore: now, isUncounted: true };
  // A kind that is tried often would otherwise not survive a power failure after its first attempts.
  const most = Math.max(MAX_INTERRUPTED_ATTEMPTS, kind.retries?.count ?? 0);
  if (kind.whenInterrupted === 'retry' && task.attempts < most) {
    return { state: 'waiting', reason, notBefore: now };
  }
  return { state: 'failed', reason };
}

/**
 * Stops a waiting task immediately. For a running task, requests its process to stop it.
 * @returns the task's state now.
 * @throws ApiError `not_found`, `bad_param` if it has ended.
 */
export async function requestStop(db: Db, id: number, now: number): Promise<'running' | 'stopped'> {
  const { state } = await tasks.get(db, id);
  if (state === 'waiting') {
    await db.run(
      "UPDATE task SET state = 'stopped', stop_requested = 1, reason = ?, ended_at = ? WHERE id = ?",
      ...['It was stopped before it started.', now, id],
    );
    return 'stopped';
  }
  if (state !== 'running') {
    throw new ApiError('bad_param', `The task ${id} has already ended: it is ${state}.`);
  }
  await db.run('UPDATE task SET stop_requested = 1 WHERE id = ?', id);
  return 'running';
}

/**
 * Removes tasks of this server that ended before a time. The pruning task itself stays, and its row is newer than the
 * removed ones, so no ID is used again.
 * @returns the number of removed tasks.
 */
export function prune(db: Db, before: number): Promise<number> {
  return db.run(
    `DELETE FROM task WHERE server = ? AND state IN ('done', 'failed', 'stopped') AND ended_at < ?`,
    db.server,
    before,
  );
}
