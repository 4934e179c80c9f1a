// Removes what Roundcube no longer needs from its database, as Debian’s timers do for Debian’s own configuration.
import { defineTask } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { runPhp } from '../driver/roundcube/php.ts';
import { followMailboxes } from '../driver/roundcube/users.ts';
import { ROLE } from '../rules/places.ts';

/** Sessions and caches that have expired, and contacts that were deleted a week ago. */
const PROGRAMS = ['/usr/share/roundcube/bin/gc.sh', '/usr/share/roundcube/bin/cleandb.sh'];

export default defineTask<Record<string, never>>({
  description: 'Remove expired sessions and deleted contacts from the database of webmail.',
  whenInterrupted: 'retry',
  timer: { everyMs: 24 * 3_600_000, hour: 5 },

  async run(_input, { machine, transaction }) {
    const roles = await transaction('reads', (db) => rolesOf({ db, system: machine.system }));
    if (!roles.has(ROLE)) return {};
    for (const program of PROGRAMS) await runPhp(machine, program);
    await followMailboxes({ machine, transaction });
    return {};
  },
});
