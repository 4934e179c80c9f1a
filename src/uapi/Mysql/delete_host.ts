import { lookForOwn, removeOwnHost } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { hostParam } from '../../capabilities/databases/rules/hosts.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineUapi({
  name: 'Mysql::delete_host',
  since: 52,
  summary: 'No longer let the account’s MySQL users connect from a host.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: { host: { ...hostParam, doc: 'A host of the remote access list, as it was added.' } },
  returns: null,
  examples: [
    {
      args: { host: '192.0.2.%' },
      doc: 'Remove the entry 192.0.2.%.',
      setUp: ['Mysql::add_host'],
    },
  ],

  look: (_args, context) => lookForOwn(context),

  async handler({ host }, context, found) {
    context.plan(await removeOwnHost(context, host, found));
  },
});
