import { createOwnUser } from '../../capabilities/databases/plans/databases/postgresql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-postgresql.ts';
import { password, rateFirst, withRating } from '../../ground/rules/passwords/passwords.ts';

export default defineUapi({
  name: 'Postgresql::create_user',
  since: 42,
  summary: 'Create a user of PostgreSQL databases.',
  description:
    'The user can use no database yet: see grant_all_privileges. PostgreSQL gets a hash of the password (SCRAM-SHA-256).',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {
    name: {
      ...objectName,
      doc: 'Its name, with the account’s prefix: bob_app. Lower-case letters, digits and “_”.',
    },
    password: { ...password, required: true },
  },
  returns: null,
  examples: [
    {
      args: { name: 'bob_app', password: 'correct horse battery staple 7' },
      doc: 'Create the user bob_app.',
    },
  ],

  look: (args, context) => rateFirst(context, args.password, [context.caller.user, args.name]),

  async handler(args, context, rated) {
    context.plan(await createOwnUser(withRating(context, rated), args));
  },
});
