import { lookFor, updateOwnPrivileges } from '../../capabilities/databases/plans/databases/postgresql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-postgresql.ts';

export default defineUapi({
  name: 'Postgresql::update_privileges',
  since: 84,
  summary: 'Let the users of each PostgreSQL database use everything in it.',
  description:
    'Everything that a user of a database has created in it then belongs to all of its users. This is so without this function, ' +
    'except for what was created before a database was given to its users, or by a user who has set another role.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {},
  returns: null,
  examples: [
    {
      args: {},
      doc: 'Mend the privileges in all databases of the account.',
      setUp: ['Postgresql::create_database'],
    },
  ],

  look: (_args, context) => lookFor(context, context.caller.user),

  async handler(_args, context, found) {
    context.plan(await updateOwnPrivileges(context, found));
  },
});
