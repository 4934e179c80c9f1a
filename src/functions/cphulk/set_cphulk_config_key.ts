import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import * as configuration from '../../capabilities/logins/rules/brute-force/config.ts';
import { findMeans, warnOfWhatIsMissing } from '../../capabilities/logins/rules/brute-force/firewall.ts';

export default defineFunction({
  name: 'set_cphulk_config_key',
  since: 70,
  summary: 'Set one option of the brute-force protection.',
  description:
    'The settings are those of save_cphulk_config, which explains them. Besides, there are is_enabled; the periods in ' +
    'seconds, ip_brute_force_period_sec, brute_force_period_sec and lookback_time, in whole minutes; and ' +
    'country_whitelist and country_blacklist, which are stored, but countries cannot be identified without data on ' +
    'them.',
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
  ],

  look: (_args, context) => findMeans(context),

  async handler({ key, value }, context, means) {
    if (value === undefined) {
      throw new ApiError('missing_param', `The parameter “value” is required: the new value of “${key}”.`);
    }
    const { db } = context;
    const changed = configuration.readSetting(key, value);
    const config = await configuration.change(db, changed);
    warnOfWhatIsMissing(context, means, changed);
    return { cphulk_config: configuration.answerOf(config, means.hasFirewall) };
  },
});
