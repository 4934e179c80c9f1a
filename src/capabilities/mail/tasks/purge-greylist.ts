// Deletes expired triplets of Exim’s greylist.
import { defineTask } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { ROLE } from '../driver/account.ts';
import { purgeTriplets } from '../driver/greylisting/look-triplets.ts';
import * as settings from '../rules/greylisting/settings.ts';

const MINUTE_MS = 60_000;

export default defineTask({
  description: 'Delete expired records of greylisting.',
  whenInterrupted: 'retry',
  timer: { everyMs: 15 * MINUTE_MS, role: ROLE },

  async run(_input, { machine, now, transaction }) {
    const { system } = machine;
    const isDue = await transaction(
      'reads',
      async (db) => (await rolesOf({ db, system })).has(ROLE) && (await settings.purgeIsDue(db, now())),
    );
    if (!isDue) return {};
    const purged = await purgeTriplets(machine, now());
    await transaction('changes', (db) => settings.storePurge(db, now()));
    return { purged };
  },
});
