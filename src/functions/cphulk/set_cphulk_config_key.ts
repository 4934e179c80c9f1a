import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import { keyOf } from '../../capabilities/logins/rules/brute-force/addresses.ts';
import * as configuration from '../../capabilities/logins/rules/brute-force/config.ts';
import { WRITE_COUNTRIES } from '../../capabilities/logins/rules/brute-force/countries.ts';
import { findMeans, warnOfWhatIsMissing } from '../../capabilities/logins/rules/brute-force/firewall.ts';
import * as lists from '../../capabilities/logins/rules/brute-force/lists.ts';
import { assertCountriesKnown } from '../../ground/driver/countries/look-countries.ts';

export default defineFunction({
  name: 'set_cphulk_config_key',
  since: 70,
  summary: 'Set one option of the brute-force protection.',
  description:
    'The settings are those of save_cphulk_config, which explains them. Besides, there are is_enabled; the periods in ' +
    'seconds, ip_brute_force_period_sec, brute_force_period_sec and lookback_time, in whole minutes; and ' +
    'country_whitelist and country_blacklist. A task writes the addresses of these countries, which takes up to some ' +
    'minutes: “whmapi1 --wait” waits for it. They come from Debian’s packages location and libloc-database. Without ' +
    'them, the call fails. Private networks are in no country, and ZZ is for addresses whose country is unknown.',
  access: 'root',
  effect: 'changes',
  params: {
    key: { type: 'string', required: true, values: configuration.keys, doc: 'The setting.' },
    value: {
      type: 'string',
      doc:
        'The new value: 1 or 0, a number, a command, or a comma-separated list of country codes. It is required. ' +
        'An empty value clears a command or the countries.',
    },
  },
  returns: { cphulk_config: { fields: configuration.fields } },
  examples: [
    { args: { key: 'max_failures_byip', value: '10' }, doc: 'Block an address after ten failed logins.' },
    {
      args: { key: 'command_to_run_on_brute_force', value: '' },
      doc: 'Run no command when an address is blocked.',
    },
    {
      args: { key: 'country_blacklist', value: 'ZZ' },
      doc: 'Refuse logins from unknown addresses.',
      fails: 'host_failed',
    },
  ],

  async look({ key, value }, context) {
    if (key.startsWith('country_') && value !== undefined && value.trim() !== '')
      await assertCountriesKnown(context);
    return findMeans(context);
  },

  async handler({ key, value }, context, means) {
    if (value === undefined) {
      throw new ApiError('missing_param', `The parameter “value” is required: the new value of “${key}”.`);
    }
    const { db, origin, startTask, warn } = context;
    const changed = configuration.readSetting(key, value);
    const config = await configuration.change(db, changed);
    warnOfWhatIsMissing(context, means, changed);
    if (key.startsWith('country_')) {
      await startTask(WRITE_COUNTRIES, {});
      const isSafe = origin === undefined || (await lists.includes(db, 'white', keyOf(origin.address)));
      if (key === 'country_blacklist' && config.country_blacklist !== '' && !isSafe) {
        warn(
          `If ${origin.address} is in one of these countries, you cannot log in again from there. ` +
            `create_cphulk_record list_name=white ip=${origin.address} prevents that.`,
        );
      }
    }
    return { cphulk_config: configuration.answerOf(config, means.hasFirewall) };
  },
});
