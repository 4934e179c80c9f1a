import { lookFor, setOwnPrivileges } from '../../capabilities/databases/plans/databases/postgresql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-postgresql.ts';

export default defineUapi({
  name: 'Postgresql::revoke_all_privileges',
  since: 42,
  summary: 'Take all privileges on a PostgreSQL database away from a user.',
  description:
    'The user’s sessions in the database end. What the user created there stays, for the other users.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {
    database: { ...objectName, doc: 'The database, with the account’s prefix: bob_shop.' },
    user: { ...objectName, doc: 'The user, with the account’s prefix: bob_app.' },
  },
  returns: null,
  examples: [
    {
      args: { database: 'bob_shop', user: 'bob_app' },
      doc: 'Keep bob_app out of bob_shop.',
      setUp: ['Postgresql::create_database', 'Postgresql::create_user'],
    },
  ],

  look: (_args, context) => lookFor(context, context.caller.user),

  async handler({ database, user }, context, found) {
    context.plan(await setOwnPrivileges(context, { database, user, isGranted: false }, found));
  },
});
