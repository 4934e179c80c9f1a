// Writes the networks of the countries from which Exim refuses mail, after a change of the list, and of the database.
import { defineTask } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { ROLE } from '../driver/account.ts';
import { isStale, writeCountries } from '../driver/exim/country-networks.ts';
import { listBlockedCountries } from '../rules/blocked-countries.ts';

const HOUR_MS = 3_600_000;

export default defineTask({
  description: 'Write the networks of the countries whose mail is refused.',
  whenInterrupted: 'retry',
  timer: { everyMs: 24 * HOUR_MS, hour: 5, role: ROLE },

  async run(_input, { machine, transaction }) {
    const { system } = machine;
    const countries = await transaction('reads', async (db) =>
      (await rolesOf({ db, system })).has(ROLE) ? listBlockedCountries(db) : undefined,
    );
    if (countries === undefined || !(await isStale(machine, countries))) return {};
    await writeCountries(machine, countries);
    return { countries };
  },
});
