// From a task that waits to one that has ended. All of this is for transactions that change, which take turns: of several
// workers that look for a task, one has it.
import type { Db } from '../../core/context.ts';
import { ApiError, badParam } from '../../core/errors.ts';
import type { NewTask, TaskKind } from '../../core/task.ts';
import * as tasks from './tasks.ts';
import type { Task } from './tasks.ts';

/** Of one server, whichever processes run them. */
export const MAX_RUNNING = 4;
/** A task that ends its process each time is not begun for ever. */
const MAX_INTERRUPTED_ATTEMPTS = 5;
const MAX_INPUT_LENGTH = 1_048_576;

/**
 * Adds a task, which begins once the transaction is kept, if at all. @param server the one of the store that runs it.
 * Default: this one. @returns its id.
 */
export async function add(
  db: Db,
  { kind, input, caller, xid }: NewTask,
  {
    now,
    notBefore = now,
    server = db.server,
  }: { readonly now: number; readonly notBefore?: number; readonly server?: string },
): Promise<number> {
  const text = JSON.stringify(input);
  if (text.length > MAX_INPUT_LENGTH) throw badParam('The task has too much input: 1 MiB is the limit.');
  const row = await db.get<{ id: number }>(
    `INSERT INTO task (server, kind, input, state, progress, activity, reason, caller, xid, process, attempts,
      stop_requested, created_at, not_before)
    VALUES (?, ?, ?, 'waiting', 0, '', '', ?, ?, '', 0, 0, ?, ?) RETURNING id`,
    ...[server, kind, text, caller, xid, now, notBefore],
  );
  return row?.id ?? 0;
}

export interface Taking {
  /** Its name, as `Processes` has it. */
  readonly process: string;
  readonly now: number;
  /** The kinds that it knows: those of a newer version are left to it. */
  readonly kinds: readonly string[];
}

/** Takes tasks of this server that are due, the oldest first, until so many run as may. */
export async function take(db: Db, { process, now, kinds }: Taking): Promise<Task[]> {
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
  for (const { id } of due) {
    await db.run(
      `UPDATE task SET state = 'running', process = ?, attempts = attempts + 1, progress = 0, activity = '', reason = '',
        started_at = ?, reported_at = ? WHERE id = ?`,
      ...[process, now, now, id],
    );
  }
  return due.map((task) => ({ ...task, state: 'running', process, attempts: task.attempts + 1 }));
}

/** When the next task that waits is due, in milliseconds since 1970-01-01; undefined if none waits. */
export async function nextDue(db: Db, kinds: readonly string[]): Promise<number | undefined> {
  const row = await db.get<{ due: number | null }>(
    `SELECT MIN(not_before) AS due FROM task WHERE server = ? AND state = 'waiting'
      AND kind IN (SELECT value FROM ${db.dialect.eachOf('?', 'known')})`,
    db.server,
    JSON.stringify(kinds),
  );
  return row?.due ?? undefined;
}

/** Stores how far a task is. False if it is not this process's any more: its work is to end. */
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
  /** It is begun again. `isUncounted`: the attempt was no fault of the task's. */
  | {
      readonly state: 'waiting';
      readonly reason: string;
      readonly notBefore: number;
      readonly isUncounted?: boolean;
    };

/** Stores how a task that runs has ended. False if it is not that process's any more. */
export async function end(
  db: Db,
  { id, process }: Pick<Task, 'id' | 'process'>,
  ending: Ending,
  now: number,
): Promise<boolean> {
  const own = "id = ? AND process = ? AND state = 'running'";
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

/** Those that run on this server. */
export function running(db: Db): Promise<Task[]> {
  return tasks.select(db, "WHERE server = ? AND state = 'running' ORDER BY id", db.server);
}

/**
 * What becomes of a task whose process has died. Undefined for a kind that this version does not know.
 * @param isUnbegun true if it was taken, but its work was never begun.
 */
export function afterInterruption(
  task: Task,
  kind: Pick<TaskKind, 'whenInterrupted'> | undefined,
  { now, isUnbegun = false }: { readonly now: number; readonly isUnbegun?: boolean },
): Ending | undefined {
  if (kind === undefined) return undefined;
  if (task.stopRequested) return { state: 'stopped', reason: 'It was stopped, and its process ended.' };
  const reason = 'The process that ran it ended before the work was done.';
  if (isUnbegun) return { state: 'waiting', reason: '', notBefore: now, isUncounted: true };
  if (kind.whenInterrupted === 'retry' && task.attempts < MAX_INTERRUPTED_ATTEMPTS) {
    return { state: 'waiting', reason, notBefore: now };
  }
  return { state: 'failed', reason };
}

/**
 * Stops a task that waits at once, and asks the process of one that runs to stop it.
 * @returns its state now. @throws ApiError `not_found`, `bad_param` if it has ended.
 */
export async function requestStop(db: Db, id: number, now: number): Promise<'running' | 'stopped'> {
  const { state } = await tasks.get(db, id);
  if (state === 'waiting') {
    await db.run(
      "UPDATE task SET state = 'stopped', stop_requested = 1, reason = ?, ended_at = ? WHERE id = ?",
      ...['It was stopped before it began.', now, id],
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
 * Removes tasks of this server that ended before a time. The task that prunes stays
 * itself, and its row is newer than those, so no id is given out again.
 * @returns how many.
 */
export function prune(db: Db, before: number): Promise<number> {
  return db.run(
    `DELETE FROM task WHERE server = ? AND state IN ('done', 'failed', 'stopped') AND ended_at < ?`,
    db.server,
    before,
  );
}
