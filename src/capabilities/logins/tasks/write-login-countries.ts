// Writes the networks of the countries whose logins are refused or never refused, after a change of these lists, and of the
// database.
import { defineTask } from '../../../core/task.ts';
import { isNewerThan, networksOf } from '../../../ground/driver/countries/networks.ts';
import { rangesWithin } from '../rules/brute-force/addresses.ts';
import * as configuration from '../rules/brute-force/config.ts';
import * as countries from '../rules/brute-force/countries.ts';

const HOUR_MS = 3_600_000;

export default defineTask({
  description: 'Write the networks of the countries whose logins are refused.',
  whenInterrupted: 'retry',
  timer: { everyMs: 24 * HOUR_MS, hour: 5 },

  async run(_input, { machine, now, transaction }) {
    const lists = await transaction('reads', async (db) => {
      const config = await configuration.read(db);
      return Promise.all(
        countries.COUNTRY_LISTS.map(async (list) => ({
          list,
          wanted: countries.countriesOf(config, list),
          written: await countries.written(db, list),
        })),
      );
    });
    const changed: Record<string, string> = {};
    for (const { list, wanted, written } of lists) {
      const isSame = wanted === (written?.countries ?? '');
      if (isSame && (wanted === '' || !(await isNewerThan(machine, written?.writtenAt ?? 0)))) continue;
      const writtenAt = now();
      const networks = await networksOf(machine, wanted === '' ? [] : wanted.split(','));
      const ranges = networks.flatMap(rangesWithin);
      await transaction('changes', (db) =>
        countries.write(db, list, { countries: wanted, writtenAt }, ranges),
      );
      changed[list] = wanted;
    }
    return changed;
  },
});
