// Has Exim follow a tweak setting that has changed.
import { defineTask } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { ROLE } from '../driver/account.ts';
import { writeIncoming } from '../driver/exim/incoming.ts';
import { fileOf } from '../rules/authentication/incoming.ts';

export default defineTask<Record<string, never>>({
  description: 'Have the mail server use the setting for DMARC.',
  whenInterrupted: 'retry',

  async run(_input, { machine, transaction }) {
    const roles = await transaction('reads', (db) => rolesOf({ db, system: machine.system }));
    if (roles.has(ROLE)) await writeIncoming(machine, await transaction('reads', fileOf));
    return {};
  },
});
