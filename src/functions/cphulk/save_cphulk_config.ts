import { defineFunction } from '../../core/define.ts';
import { placeholders } from '../../capabilities/logins/rules/brute-force/commands.ts';
import * as configuration from '../../capabilities/logins/rules/brute-force/config.ts';
import { findMeans, warnOfWhatIsMissing } from '../../capabilities/logins/rules/brute-force/firewall.ts';
import { assertEnabled, skipEnabledCheck } from '../../capabilities/logins/rules/brute-force/records.ts';

export default defineFunction({
  name: 'save_cphulk_config',
  since: 48,
  summary: 'Set the options of the brute-force protection.',
  description:
    'Omitted options keep their values. Failed logins are counted by address. All IPv6 addresses of a /64 are ' +
    'counted and blocked as one, because they usually belong to one customer. The same user, address and wrong ' +
    'password count once in six hours. The server’s own addresses can be blocked for logins too, but never by the ' +
    'firewall. A command runs as root for at most 15 seconds, and its output is discarded. Programs outside the ' +
    'system’s directories need their full path. Placeholders are filled within ' +
    `their word: ${placeholders}. In %user% every character that no username has is a “_”.`,
  access: 'root',
  effect: 'changes',
  params: { ...configuration.params, skip_enabled_check: skipEnabledCheck },
  returns: { cphulk_config: { fields: configuration.fields } },
  examples: [
    {
      args: { max_failures_byip: '10', ip_brute_force_period_mins: '30' },
      doc: 'Block an address for 30 minutes after ten failed logins within 30 minutes.',
    },
    {
      args: { command_to_run_on_brute_force: '/usr/local/bin/tell-admin --address=%remote_ip% "%reason%"' },
      doc: 'Run your own program when an address is blocked.',
    },
  ],

  look: (_args, context) => findMeans(context),

  async handler(args, context, means) {
    const { db } = context;
    await assertEnabled(db, args.skip_enabled_check);
    const config = await configuration.change(db, args);
    warnOfWhatIsMissing(context, means, args);
    return { cphulk_config: configuration.answerOf(config, means.hasFirewall) };
  },
});
