import { lookFor, renameUser } from '../../capabilities/databases/plans/databases/postgresql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-postgresql.ts';
import { password, rateFirst, withRating } from '../../ground/rules/passwords/passwords.ts';

export default defineUapi({
  name: 'Postgresql::rename_user',
  since: 42,
  summary: 'Rename a user of PostgreSQL databases, and set its password.',
  description: 'Its databases stay. Programs must use the new name and password.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {
    oldname: { ...objectName, doc: 'The user, with the account’s prefix: bob_app.' },
    newname: {
      ...objectName,
      doc: 'Its new name, with the account’s prefix: bob_web. Lower-case letters, digits and “_”.',
    },
    password: { ...password, required: true },
  },
  returns: null,
  examples: [
    {
      args: { oldname: 'bob_app', newname: 'bob_web', password: 'correct horse battery staple 7' },
      doc: 'Rename bob_app to bob_web.',
      setUp: ['Postgresql::create_user'],
    },
  ],

  look: async ({ newname: to, password: candidate }, context) => ({
    found: await lookFor(context, context.caller.user),
    rated: await rateFirst(context, candidate, [context.caller.user, to]),
  }),

  async handler({ oldname: from, newname: to, password: candidate }, context, { found, rated }) {
    const change = { owner: context.caller.user, from, to, password: candidate };
    context.plan(await renameUser(withRating(context, rated), change, found));
  },
});
