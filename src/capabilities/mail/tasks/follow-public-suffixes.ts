// Gives Exim the public suffix list after Debian has updated it.
import { defineTask } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { ROLE } from '../driver/account.ts';
import { writeSuffixes } from '../driver/exim/public-suffixes.ts';

const DAY_MS = 86_400_000;

export default defineTask<Record<string, never>>({
  description: 'Have the mail server know new public suffixes, such as “co.uk”.',
  whenInterrupted: 'retry',
  timer: { everyMs: DAY_MS, role: ROLE },

  async run(_input, { machine, transaction, log }) {
    const roles = await transaction('reads', (db) => rolesOf({ db, system: machine.system }));
    if (roles.has(ROLE) && (await writeSuffixes(machine))) log('The list has changed.');
    return {};
  },
});
