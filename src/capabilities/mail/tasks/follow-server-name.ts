// Gives the mail servers the name and the certificate of the server, and the interval of the queue, after one of them has
// changed.
import { defineTask } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { ROLE } from '../driver/account.ts';
import { LISTS_ROLE } from '../driver/mailman/account.ts';
import { configure as configureMailman } from '../driver/mailman/role.ts';
import { role } from '../driver/role.ts';
import { QUEUE_INTERVAL } from '../rules/server-settings.ts';

export default defineTask<Record<string, never>>({
  description: 'Have the mail servers use the present name, certificate and queue interval of this server.',
  whenInterrupted: 'retry',
  follows: [QUEUE_INTERVAL],
  timer: { everyMs: 3_600_000, role: ROLE },

  async run(_input, context) {
    const { machine, transaction, log } = context;
    const roles = await transaction('reads', (db) => rolesOf({ db, system: machine.system }));
    if (!roles.has(ROLE) || machine.system.isSandbox) return {};
    await role.configure({ ...context, changed: log });
    if (roles.has(LISTS_ROLE)) await configureMailman({ machine, log, changed: log });
    return {};
  },
});
