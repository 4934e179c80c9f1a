// Has Roundcube follow the server: its PHP, which an upgrade of Debian replaces by another version, and its hostname.
import { defineTask } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { configure } from '../driver/role.ts';
import { ROLE } from '../rules/places.ts';

export default defineTask<Record<string, never>>({
  description: 'Have webmail use the present PHP and name of this server.',
  whenInterrupted: 'retry',
  timer: { everyMs: 600_000, role: ROLE },

  async run(_input, { machine, transaction, log, isRetry }) {
    const roles = await transaction('reads', (db) => rolesOf({ db, system: machine.system }));
    if (!roles.has(ROLE)) return {};
    await configure({ machine, log, changed: log, isRetry });
    return {};
  },
});
