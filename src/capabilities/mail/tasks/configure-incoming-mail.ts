// Has Exim follow tweak settings that have changed.
import { defineTask } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { ROLE } from '../driver/account.ts';
import { writeServerSettings } from '../driver/exim/server-settings.ts';
import { fileOf, FOLLOWED } from '../rules/server-settings.ts';

export default defineTask<Record<string, never>>({
  description: 'Have the mail server use the tweak settings for mail.',
  whenInterrupted: 'retry',
  follows: FOLLOWED,

  async run(_input, { machine, transaction }) {
    const roles = await transaction('reads', (db) => rolesOf({ db, system: machine.system }));
    if (roles.has(ROLE)) await writeServerSettings(machine, await transaction('reads', fileOf));
    return {};
  },
});
