// Has SpamAssassin and Exim follow a tweak setting that has changed.
import { defineTask } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { SPAM_ROLE } from '../driver/spamassassin/account.ts';
import { configure } from '../driver/spamassassin/role.ts';
import { OFF, REFUSED } from '../rules/spam/settings.ts';

export default defineTask<Record<string, never>>({
  description: 'Have the mail server use the settings of the spam filter.',
  whenInterrupted: 'retry',
  follows: [OFF, REFUSED],

  async run(_input, { machine, transaction, log }) {
    const roles = await transaction('reads', (db) => rolesOf({ db, system: machine.system }));
    if (!roles.has(SPAM_ROLE)) return {};
    await configure({ machine, transaction, log, changed: log });
    return {};
  },
});
