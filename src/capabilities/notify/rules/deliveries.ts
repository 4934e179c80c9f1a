// The places that a notification has already reached: they are left out when its task is tried again.
import type { Db } from '../../../core/context.ts';

/** @param task the ID of the task that sends the notification. */
export async function list(db: Db, task: number): Promise<ReadonlySet<string>> {
  const rows = await db.all<{ place: string }>('SELECT place FROM contact_delivery WHERE task = ?', task);
  return new Set(rows.map(({ place }) => place));
}

export async function add(db: Db, task: number, place: string): Promise<void> {
  await db.run(
    'INSERT INTO contact_delivery (task, place) VALUES (?, ?) ON CONFLICT DO NOTHING',
    task,
    place,
  );
}

export async function remove(db: Db, task: number): Promise<void> {
  await db.run('DELETE FROM contact_delivery WHERE task = ?', task);
}

/** Removes those of tasks that no longer exist, or that will not be tried again. */
export async function prune(db: Db): Promise<void> {
  await db.run(
    "DELETE FROM contact_delivery WHERE task NOT IN (SELECT id FROM task WHERE state IN ('waiting', 'running'))",
  );
}
