import { defineUapi } from '../../core/define-uapi.ts';
import { readSizes } from '../../capabilities/databases/driver/look-database-servers.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { HOW_OLD, lookAtOwnUsage } from '../../life/rules/own-usage.ts';
import { countWarnings } from '../../life/rules/own-warnings.ts';

export default defineUapi({
  name: 'Notifications::get_notifications_count',
  since: 54,
  summary: 'Count what the owner of the account should look at.',
  description:
    'These are the limits of which at least 80 % are used (StatsBar::get_stats shows them), and the names for which ' +
    `AutoSSL has no certificate, because they could not be validated. ${HOW_OLD}`,
  effect: 'reads',
  onlyMeasures: true,
  params: {},
  returns: { type: 'integer', doc: 'How many there are.' },
  examples: [{ args: {}, doc: 'The number.' }],

  look: (_args, context) => lookAtOwnUsage(context, readSizes),

  async handler(_args, context, measured) {
    const account = await accounts.getOwn(context.db, context.caller);
    return countWarnings(context, account, measured);
  },
});
