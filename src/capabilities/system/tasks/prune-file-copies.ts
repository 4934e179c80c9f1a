// Removes the copies of configuration files of accounts and domains that are gone, such as zones and their private keys.
import { defineTask } from '../../../core/task.ts';

const DAY_MS = 86_400_000;
const KEPT_DAYS = 7;

export default defineTask({
  description: `Remove the copies of configuration files that were removed more than ${KEPT_DAYS} days ago.`,
  whenInterrupted: 'retry',
  timer: { everyMs: DAY_MS, hour: 4 },

  run: async (_input, { machine, transaction, now, log }) => {
    const unfinished = await transaction('reads', (db) =>
      db.get('SELECT 1 FROM operation WHERE server = ?', db.server),
    );
    if (unfinished !== undefined) {
      log('A call is unfinished, and may need the copies. The next run removes them.');
      return { files: 0 };
    }
    const files = await (await machine.fileCopies()).prune(now() - KEPT_DAYS * DAY_MS);
    if (files > 0) log(`Removed the copies of ${files} files.`);
    return { files };
  },
});
