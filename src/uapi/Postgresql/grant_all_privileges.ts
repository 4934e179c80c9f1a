import { lookFor, setOwnPrivileges } from '../../capabilities/databases/plans/databases/postgresql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-postgresql.ts';

export default defineUapi({
  name: 'Postgresql::grant_all_privileges',
  since: 42,
  summary: 'Give a user all privileges on a PostgreSQL database.',
  description:
    'The users of a database act as the role that owns it, so what one of them creates belongs to all of them.',
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
      doc: 'Let bob_app use bob_shop.',
      setUp: ['Postgresql::create_database', 'Postgresql::create_user'],
    },
  ],

  look: (_args, context) => lookFor(context, context.caller.user),

  async handler({ database, user }, context, found) {
    context.plan(await setOwnPrivileges(context, { database, user, isGranted: true }, found));
  },
});
