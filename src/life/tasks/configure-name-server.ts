// Updates the nameserver's configuration with the present secondaries and the servers that share the store.
import { defineTask } from '../../core/task.ts';
import { configureNameServer } from '../../capabilities/dns/driver/role.ts';
import { serverSettings } from '../../capabilities/dns/rules/server-settings.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

const ROLE = 'DNS';
const MINUTE_MS = 60_000;

export default defineTask({
  description: 'Configure the nameserver for its secondaries.',
  whenInterrupted: 'retry',
  retries: { count: 10, delayMs: MINUTE_MS },

  async run(_input, context) {
    const { machine, now, log, transaction, isRetry } = context;
    const roles = await transaction('reads', (db) => rolesOf({ db, system: machine.system }));
    if (!roles.has(ROLE)) {
      log(`This server does not have the role ${ROLE}, so there is nothing to configure.`);
      return undefined;
    }
    await configureNameServer({
      machine,
      now,
      log,
      changed: log,
      isRetry,
      nameServer: serverSettings(context),
    });
    return undefined;
  },
});
