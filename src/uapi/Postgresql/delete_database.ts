import { lookFor, removeOwnDatabase } from '../../capabilities/databases/plans/databases/postgresql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-postgresql.ts';

export default defineUapi({
  name: 'Postgresql::delete_database',
  since: 54,
  summary: 'Remove a PostgreSQL database, with everything in it.',
  description: 'Its users stay. Their sessions in it end.',
  destructive: 'Nothing of the database is kept.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: { name: { ...objectName, doc: 'The database, with the account’s prefix: bob_shop.' } },
  returns: null,
  examples: [
    {
      args: { name: 'bob_shop' },
      doc: 'Remove the database bob_shop.',
      setUp: ['Postgresql::create_database'],
    },
  ],

  look: (_args, context) => lookFor(context, context.caller.user),

  async handler({ name }, context, found) {
    context.plan(await removeOwnDatabase(context, name, found));
  },
});
