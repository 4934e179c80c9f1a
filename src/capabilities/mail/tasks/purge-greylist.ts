// Deletes expired triplets of Exim’s greylist, and brings its files up to what is stored: a domain may have left its account.
import { defineTask } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { ROLE } from '../driver/account.ts';
import { lookupStep } from '../driver/exim/lookups.ts';
import { purgeTriplets } from '../driver/greylisting/look-triplets.ts';
import * as settings from '../rules/greylisting/settings.ts';
import { filesOf, readState } from '../rules/greylisting/state.ts';

const MINUTE_MS = 60_000;
const lock = { name: 'greylist', mode: 'exclusive' } as const;

export default defineTask({
  description: 'Delete expired records of greylisting.',
  whenInterrupted: 'retry',
  timer: { everyMs: 15 * MINUTE_MS },

  async run(_input, { machine, now, log, transaction, withLocks }) {
    const { system } = machine;
    const isUsed = await transaction('reads', async (db) => (await rolesOf({ db, system })).has(ROLE));
    if (!isUsed) return {};
    await withLocks([lock], async () => {
      const step = lookupStep({
        username: 'greylisting',
        files: await transaction('reads', async (db) => filesOf(await readState(db))),
      });
      if ((await step.preview(machine)) === '') return;
      await step.apply(machine, await step.prepare(machine));
      log('Wrote Exim’s files of greylisting.');
    });
    const due = await transaction('reads', (db) => settings.purgeIsDue(db, now()));
    if (!due) return {};
    const purged = await purgeTriplets(machine, now());
    await transaction('changes', (db) => settings.storePurge(db, now()));
    return { purged };
  },
});
