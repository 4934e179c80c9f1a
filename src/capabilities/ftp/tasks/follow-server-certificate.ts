// Gives ProFTPD the certificate of the server after it was replaced.
import { defineTask } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { configure } from '../driver/role.ts';
import { ROLE } from '../rules/ftp-accounts.ts';

export default defineTask<Record<string, never>>({
  description: 'Have the FTP server use the present certificate of this server.',
  whenInterrupted: 'retry',
  timer: { everyMs: 3_600_000, role: ROLE },

  async run(_input, { machine, transaction, log, isRetry }) {
    const roles = await transaction('reads', (db) => rolesOf({ db, system: machine.system }));
    if (!roles.has(ROLE) || machine.system.isSandbox) return {};
    await configure({ machine, log, changed: log, isRetry });
    return {};
  },
});
