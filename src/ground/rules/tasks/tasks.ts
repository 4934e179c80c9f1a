// Tasks as stored.
import type { Db } from '../../../core/context.ts';
import { notFound } from '../../../core/errors.ts';
import type { TaskState } from '../../../core/task.ts';

export interface Task {
  readonly id: number;
  readonly server: string;
  readonly kind: string;
  readonly input: unknown;
  readonly state: TaskState;
  /** In percent. */
  readonly progress: number;
  /** A sentence about what it is doing, or did last. May be empty. */
  readonly activity: string;
  /** The result of a task that is done. Null if it has none. */
  readonly result: unknown;
  /** Why it failed, was stopped, or is waiting again. Otherwise empty. */
  readonly reason: string;
  readonly caller: string;
  readonly xid: string;
  /** Empty if no process is running it. */
  readonly process: string;
  /** How often it was started. */
  readonly attempts: number;
  readonly stopRequested: boolean;
  /** True if a timer has started it. */
  readonly isByTimer: boolean;
  /** In milliseconds since 1970-01-01, like the other times. */
  readonly createdAt: number;
  readonly notBefore: number;
  readonly startedAt: number | null;
  readonly reportedAt: number | null;
  readonly endedAt: number | null;
}

type Row = Omit<Task, 'input' | 'result' | 'stopRequested' | 'isByTimer'> & {
  readonly input: string;
  readonly result: string | null;
  readonly stopRequested: number;
  readonly isByTimer: number;
};

const TASK_COLUMNS = `id, server, kind, input, state, progress, activity, result, reason, caller, xid, process,
  attempts, stop_requested AS "stopRequested", by_timer AS "isByTimer", created_at AS "createdAt", not_before AS "notBefore",
  started_at AS "startedAt", reported_at AS "reportedAt", ended_at AS "endedAt"`;

/** @param condition the SQL after FROM, such as `WHERE id = ?`. */
export async function select(
  db: Db,
  condition: string,
  ...values: readonly (string | number)[]
): Promise<Task[]> {
  const rows = await db.all<Row>(`SELECT ${TASK_COLUMNS} FROM task ${condition}`, ...values);
  return rows.map((row) => ({
    ...row,
    input: JSON.parse(row.input) as unknown,
    result: row.result === null ? null : (JSON.parse(row.result) as unknown),
    stopRequested: row.stopRequested === 1,
    isByTimer: row.isByTimer === 1,
  }));
}

/** Returns a task of any server of the store. @throws ApiError `not_found` */
export async function get(db: Db, id: number): Promise<Task> {
  const [task] = await select(db, 'WHERE id = ?', id);
  if (task === undefined) throw notFound(`There is no task ${id}. whmapi1 --tasks lists the tasks.`);
  return task;
}

/** Lists the tasks of all servers of the store, the oldest first. */
export function list(db: Db): Promise<Task[]> {
  return select(db, 'ORDER BY id');
}

/** True if a task of this kind is waiting or running on this server. */
export async function isActive(db: Db, kind: string): Promise<boolean> {
  const sql = "SELECT 1 FROM task WHERE server = ? AND kind = ? AND state IN ('waiting', 'running')";
  return (await db.get(sql, db.server, kind)) !== undefined;
}

/** True if a task of this kind has failed on this server since a time, in milliseconds since 1970-01-01. */
export async function hasFailedSince(db: Db, kind: string, since: number): Promise<boolean> {
  const sql =
    "SELECT 1 FROM task WHERE server = ? AND kind = ? AND state = 'failed' AND ended_at >= ? LIMIT 1";
  return (await db.get(sql, db.server, kind, since)) !== undefined;
}
