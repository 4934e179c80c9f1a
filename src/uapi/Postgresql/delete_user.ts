import { lookFor, removeOwnUser } from '../../capabilities/databases/plans/databases/postgresql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-postgresql.ts';

export default defineUapi({
  name: 'Postgresql::delete_user',
  since: 84,
  summary: 'Remove a user of PostgreSQL databases.',
  description: 'What the user created in a database stays there, for its other users.',
  destructive: 'Programs that log in as this user can no longer connect.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: { name: { ...objectName, doc: 'The user, with the account’s prefix: bob_app.' } },
  returns: null,
  examples: [
    {
      args: { name: 'bob_app' },
      doc: 'Remove the user bob_app.',
      setUp: ['Postgresql::create_user'],
    },
  ],

  look: (_args, context) => lookFor(context, context.caller.user),

  async handler({ name }, context, found) {
    context.plan(await removeOwnUser(context, name, found));
  },
});
