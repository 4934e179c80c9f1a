import { lookFor, setPassword } from '../../capabilities/databases/plans/databases/postgresql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-postgresql.ts';
import { password, rateFirst, withRating } from '../../ground/rules/passwords/passwords.ts';

export default defineUapi({
  name: 'Postgresql::set_password',
  since: 42,
  summary: 'Set the password of a user of PostgreSQL databases.',
  description: 'Sessions that are open stay. PostgreSQL gets a hash of the password (SCRAM-SHA-256).',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {
    user: { ...objectName, doc: 'The user, with the account’s prefix: bob_app.' },
    password: { ...password, required: true },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob_app', password: 'correct horse battery staple 7' },
      doc: 'Set the password of bob_app.',
      setUp: ['Postgresql::create_user'],
    },
  ],

  look: async ({ user: name, password: candidate }, context) => ({
    found: await lookFor(context, context.caller.user),
    rated: await rateFirst(context, candidate, [context.caller.user, name]),
  }),

  async handler({ user: name, password: candidate }, context, { found, rated }) {
    const change = { owner: context.caller.user, name, password: candidate };
    context.plan(await setPassword(withRating(context, rated), change, found));
  },
});
