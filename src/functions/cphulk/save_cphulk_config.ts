import { defineFunction } from '../../core/define.ts';
import { placeholders } from '../../model/brute-force/commands.ts';
import * as configuration from '../../model/brute-force/config.ts';
import { findMeans, warnOfWhatIsMissing } from '../../model/brute-force/firewall.ts';
import { ensureEnabled, skipEnabledCheck } from '../../model/brute-force/records.ts';

export default defineFunction({
  name: 'save_cphulk_config',
  since: 48,
  summary: 'Set how logins are protected against guessing.',
  description:
    'What is not given stays as it is. Failed logins are counted by address; of IPv6 all addresses of a /64 are counted, ' +
    'and blocked, as one, since one customer has them all. The same user, address and wrong password count once in six ' +
    'hours. Addresses that the machine itself has are blocked for logins as others are, but never by the firewall. A ' +
    'command is run as root, for at most 15 seconds, and what it prints is not kept; its program is looked for in ' +
    'the folders of the system alone, so others are best named with their whole path. Placeholders are filled within ' +
    `their word: ${placeholders}. In %user% every character that no user name has is a “_”.`,
  access: 'root',
  effect: 'changes',
  params: { ...configuration.params, skip_enabled_check: skipEnabledCheck },
  returns: { cphulk_config: { fields: configuration.fields } },
  examples: [
    {
      args: { max_failures_byip: '10', ip_brute_force_period_mins: '30' },
      doc: 'Block an address for half an hour after ten failed logins within half an hour.',
    },
    {
      args: { command_to_run_on_brute_force: '/usr/local/bin/tell-admin --address=%remote_ip% "%reason%"' },
      doc: 'Run a program of one’s own when an address is blocked.',
    },
  ],

  look: (_args, context) => findMeans(context),

  async handler(args, context, means) {
    const { db } = context;
    await ensureEnabled(db, args.skip_enabled_check);
    const config = await configuration.change(db, args);
    warnOfWhatIsMissing(context, means, args);
    return { cphulk_config: configuration.answerOf(config, means.hasFirewall) };
  },
});
