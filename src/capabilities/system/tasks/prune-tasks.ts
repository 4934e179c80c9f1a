// Removes tasks that ended long ago, with their logs.
import { defineTask } from '../../../core/task.ts';
import * as deliveries from '../../notify/rules/deliveries.ts';
import { prune } from '../../../ground/rules/tasks/queue.ts';
import { list } from '../../../ground/rules/tasks/tasks.ts';

const DAY_MS = 86_400_000;
const KEPT_DAYS = 30;

export default defineTask({
  description: `Remove tasks that ended more than ${KEPT_DAYS} days ago, and their logs.`,
  whenInterrupted: 'retry',
  timer: { everyMs: DAY_MS, hour: 4 },

  run: async (_input, { transaction, now, logs, log }) => {
    const before = now() - KEPT_DAYS * DAY_MS;
    const tasks = await transaction('changes', (db) => prune(db, before));
    await transaction('changes', deliveries.prune);
    const kept = new Set((await transaction('reads', (db) => list(db))).map(({ id }) => id));
    const useless = logs.list().filter((id) => !kept.has(id));
    for (const id of useless) logs.remove(id);
    if (tasks + useless.length > 0) log(`Removed ${tasks} tasks and ${useless.length} logs.`);
    return { tasks, logs: useless.length };
  },
});
