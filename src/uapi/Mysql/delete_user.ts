import { lookForOwn, removeOwnUser } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineUapi({
  name: 'Mysql::delete_user',
  since: 52,
  summary: 'Remove a user of MySQL databases.',
  destructive: 'Programs that log in as this user can no longer connect.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: { name: { ...objectName, doc: 'The name, with the account’s prefix: bob_app.' } },
  returns: null,
  examples: [
    {
      args: { name: 'bob_app' },
      doc: 'Remove the user bob_app.',
      setUp: ['Mysql::create_user'],
    },
  ],

  look: (_args, context) => lookForOwn(context),

  async handler({ name }, context, found) {
    context.plan(await removeOwnUser(context, name, found));
  },
});
