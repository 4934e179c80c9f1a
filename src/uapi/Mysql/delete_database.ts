import { lookForOwn, removeOwnDatabase } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineUapi({
  name: 'Mysql::delete_database',
  since: 52,
  summary: 'Remove a MySQL database, with everything in it.',
  description: 'Its users stay, without their privileges on it.',
  destructive: 'Nothing of the database is kept.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: { name: { ...objectName, doc: 'The name, with the account’s prefix: bob_shop.' } },
  returns: null,
  examples: [
    {
      args: { name: 'bob_shop' },
      doc: 'Remove the database bob_shop.',
      setUp: ['Mysql::create_database'],
    },
  ],

  look: (_args, context) => lookForOwn(context),

  async handler({ name }, context, found) {
    context.plan(await removeOwnDatabase(context, name, found));
  },
});
