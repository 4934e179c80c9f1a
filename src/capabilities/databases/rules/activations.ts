// What the tasks that activate a profile of a MariaDB server have done: their steps, with times.
import type { Db } from '../../../core/context.ts';
import * as tasks from '../../../ground/rules/tasks/tasks.ts';

/** The name of the task’s file. */
export const ACTIVATION_TASK = 'activate-mysql-profile';

type Status = 'INPROGRESS' | 'DONE' | 'FAILED';

export interface ActivationStep {
  readonly name: string;
  readonly status: Status;
  readonly startedAt: number;
  readonly endedAt: number | null;
}

export interface Activation {
  readonly profile: string;
  readonly status: Status;
  /** In milliseconds, as all times here. */
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly steps: readonly ActivationStep[];
}

const states: Readonly<Record<tasks.Task['state'], Status>> = {
  waiting: 'INPROGRESS',
  running: 'INPROGRESS',
  done: 'DONE',
  failed: 'FAILED',
  stopped: 'FAILED',
};

/** The activation that is waiting or running, and the last one that has ended. */
export async function read(
  db: Db,
): Promise<{ current: Activation | undefined; last: Activation | undefined }> {
  const find = async (stateCondition: string) => {
    const [task] = await tasks.select(
      db,
      `WHERE server = ? AND kind = ? AND state ${stateCondition} ORDER BY id DESC LIMIT 1`,
      ...[db.server, ACTIVATION_TASK],
    );
    return task && activationOf(db, task);
  };
  return {
    current: await find("IN ('waiting', 'running')"),
    last: await find("NOT IN ('waiting', 'running')"),
  };
}

async function activationOf(db: Db, task: tasks.Task): Promise<Activation> {
  const status = states[task.state];
  const steps = await db.all<ActivationStep>(
    `SELECT name, status, started_at AS "startedAt", ended_at AS "endedAt" FROM mysql_activation_step
      WHERE server = ? AND task = ? ORDER BY position`,
    ...[db.server, task.id],
  );
  return {
    profile: (task.input as { name: string }).name,
    status,
    startedAt: task.startedAt ?? task.createdAt,
    endedAt: status === 'INPROGRESS' ? null : task.endedAt,
    // A step during which the task was stopped has not been done.
    steps: steps.map((step) =>
      status !== 'INPROGRESS' && step.status === 'INPROGRESS'
        ? { ...step, status: 'FAILED' as const, endedAt: task.endedAt }
        : step,
    ),
  };
}

/** Forgets what an interrupted attempt of the task did, and the steps of tasks that no longer exist. */
export async function begin(db: Db, task: number): Promise<void> {
  await db.run('DELETE FROM mysql_activation_step WHERE server = ? AND task = ?', db.server, task);
  await db.run(
    'DELETE FROM mysql_activation_step WHERE server = ? AND task NOT IN (SELECT id FROM task)',
    db.server,
  );
}

export async function note(
  db: Db,
  { task, position }: { readonly task: number; readonly position: number },
  { name, status, startedAt, endedAt }: ActivationStep,
): Promise<void> {
  await db.run(
    `INSERT INTO mysql_activation_step (server, task, position, name, status, started_at, ended_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (server, task, position) DO UPDATE SET status = excluded.status, ended_at = excluded.ended_at`,
    ...[db.server, task, position, name, status, startedAt, endedAt],
  );
}
