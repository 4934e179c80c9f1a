// Reads the log of Exim into the tables that searches read, and forgets what is older than it is to be kept.
import { ApiError } from '../../../core/errors.ts';
import { defineTask } from '../../../core/task.ts';
import { ROLE } from '../driver/account.ts';
import { readMainLog } from '../driver/tracking/look-main-log.ts';
import { readNewMail } from '../rules/tracking/read-log.ts';
import * as retention from '../rules/tracking/retention.ts';

const MINUTE_MS = 60_000;

export default defineTask({
  description: 'Read the log of the mail server for the tracking of mail.',
  whenInterrupted: 'retry',
  timer: { everyMs: 5 * MINUTE_MS, role: ROLE },

  async run(_input, context) {
    const { now, transaction } = context;
    const problems = await readNewMail(context, readMainLog);
    const before = await transaction('reads', (db) => retention.since(db, now()));
    if (await transaction('reads', (db) => retention.isDue(db, before))) {
      await transaction('changes', (db) => retention.prune(db, before));
    }
    if (problems.length > 0) throw new ApiError('host_failed', problems.join(' '));
    return {};
  },
});
