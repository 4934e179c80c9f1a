// Removes the address books and settings of mailboxes that are gone from Roundcube, and renames those that have another name.
import { defineTask } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { followMailboxes } from '../driver/roundcube/users.ts';
import { ROLE } from '../rules/places.ts';
import { isUpToDate } from '../rules/webmail-users.ts';

export default defineTask<Record<string, never>>({
  description: 'Have the address books and settings of webmail follow their mailboxes.',
  whenInterrupted: 'retry',
  runsAlone: true,

  isNeeded: ({ transaction, machine: { system } }) =>
    transaction('reads', async (db) => (await rolesOf({ db, system })).has(ROLE) && !(await isUpToDate(db))),

  async run(_input, { machine, transaction, log }) {
    const { removed, renamed } = await followMailboxes({ machine, transaction });
    for (const login of removed) log(`Removed what webmail had of “${login}”.`);
    for (const { from, to } of renamed) if (from !== to) log(`Webmail: “${from}” is “${to}” now.`);
    return { removed: removed.length, renamed: renamed.length };
  },
});
