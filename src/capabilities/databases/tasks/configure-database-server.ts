// Configures MariaDB after the setting of remote clients has changed.
import { defineTask } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { configureMariadb } from '../driver/mysql/role.ts';
import { ROLE } from '../rules/own-mysql.ts';
import { SETTING } from '../rules/remote-clients.ts';

export default defineTask({
  description: 'Configure MariaDB for clients of other hosts, or for those of this server only.',
  whenInterrupted: 'retry',
  follows: [SETTING],
  // Two of them would restart MariaDB one after the other.
  runsAlone: true,

  async run(_input, context) {
    const { machine, log, transaction, isRetry } = context;
    const roles = await transaction('reads', (db) => rolesOf({ db, system: machine.system }));
    if (roles.has(ROLE)) await configureMariadb({ machine, transaction, log, changed: log, isRetry });
    else log(`This server does not have the role ${ROLE}, so there is nothing to configure.`);
    return undefined;
  },
});
