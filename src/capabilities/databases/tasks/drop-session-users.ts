// Drops the MariaDB users of sessions that have ended. The server starts it when it finds one.
import { ApiError } from '../../../core/errors.ts';
import { defineTask } from '../../../core/task.ts';
import { withMysql } from '../driver/mysql/server.ts';
import { openPlace } from '../driver/mysql/step.ts';
import { locksOf } from '../rules/locks.ts';
import { serverOf } from '../rules/profiles.ts';
import * as sessionUsers from '../rules/session-users.ts';

const MINUTE_MS = 60_000;

export default defineTask<Record<string, never>>({
  description: 'Drop the database users of sessions that have ended.',
  whenInterrupted: 'retry',
  // The database server may be stopped. After 1, 3, 7 and 15 minutes.
  retries: { count: 4, delayMs: MINUTE_MS, growth: 2 },
  isNeeded: async ({ now, transaction }) =>
    (await transaction('reads', (db) => sessionUsers.listEnded(db, now()))).length > 0,

  async run(_input, { log, machine, now, sealer, signal, transaction, withLocks }) {
    const listEnded = () => transaction('reads', (db) => sessionUsers.listEnded(db, now()));
    const problems: string[] = [];
    let dropped = 0;

    const drop = async (name: string, owner: string) => {
      // The account may have been renamed or removed.
      const isStillEnded = (await listEnded()).some((one) => one.name === name && one.owner === owner);
      if (!isStillEnded) return;
      const { at } = await transaction('reads', (db) => serverOf(db, owner));
      await withMysql(machine, (mysql) => mysql.dropUser(name), at && (await openPlace(sealer, at)));
      await transaction('changes', (db) => sessionUsers.remove(db, name));
      dropped += 1;
      log(`The database user “${name}” of “${owner}” was dropped.`);
    };

    for (const { name, owner } of await listEnded()) {
      signal.throwIfAborted();
      const locks = locksOf('mysql', owner, [{ kind: 'user', name }]);
      try {
        await withLocks(locks, () => drop(name, owner));
      } catch (error) {
        problems.push((error as Error).message);
      }
    }
    if (problems.length > 0) throw new ApiError('host_failed', problems.join(' '));
    return { dropped };
  },
});
