import { createOwnDatabase, lookFor } from '../../capabilities/databases/plans/databases/postgresql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-postgresql.ts';

export default defineUapi({
  name: 'Postgresql::create_database',
  since: 42,
  summary: 'Create a PostgreSQL database.',
  description: 'Nobody can use it yet: see grant_all_privileges.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {
    name: {
      ...objectName,
      doc: 'Its name, with the account’s prefix: bob_shop. Lower-case letters, digits and “_”.',
    },
  },
  returns: null,
  examples: [
    {
      args: { name: 'bob_shop' },
      doc: 'Create the database bob_shop.',
    },
  ],

  look: (_args, context) => lookFor(context, context.caller.user),

  async handler({ name }, context, found) {
    context.plan(await createOwnDatabase(context, name, found));
  },
});
