import { addOwnHost, lookForOwn } from '../../changes/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { hostParam } from '../../model/databases/hosts.ts';
import { FEATURE, ROLE } from '../../model/databases/own-mysql.ts';

export default defineUapi({
  name: 'Mysql::add_host',
  since: 52,
  summary: 'Let the account’s MySQL users connect from another host.',
  description:
    'Every user of the account gets the host, with its password and privileges; so do users who are created later.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: { host: hostParam },
  returns: null,
  examples: [{ args: { host: '192.0.2.%' }, doc: 'All hosts whose addresses begin with 192.0.2.' }],

  look: (_args, context) => lookForOwn(context),

  async handler({ host }, context, found) {
    context.plan(await addOwnHost(context, host, found));
  },
});
