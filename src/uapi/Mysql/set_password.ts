import {
  lookForOwn,
  refusedPasswords,
  setPassword,
} from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';
import { password as passwordParam, rateFirst, withRating } from '../../ground/rules/passwords/passwords.ts';

export default defineUapi({
  name: 'Mysql::set_password',
  since: 44,
  summary: 'Set the password of a MySQL user.',
  description: 'Its present sessions go on.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {
    user: { ...objectName, doc: 'The user.' },
    password: { ...passwordParam, required: true },
  },
  returns: {
    fields: {
      failures: {
        list: {
          fields: {
            host: { type: 'string', doc: 'A host from which the user connects.' },
            error: { type: 'string', doc: 'Why it keeps its former password from there.' },
          },
        },
        doc: 'Empty: the password is set for all hosts.',
      },
    },
  },
  examples: [
    {
      args: { user: 'bob_app', password: 'another horse battery staple 8' },
      doc: 'A new password for bob_app.',
      setUp: ['Mysql::create_user'],
    },
  ],

  look: async ({ user, password }, context) => ({
    found: await lookForOwn(context),
    rated: await rateFirst(context, password, [context.caller.user, user]),
  }),

  async handler({ user, password }, context, { found, rated }) {
    context.plan(
      await setPassword(withRating(context, rated), { owner: context.caller.user, user, password }, found),
      (results) => ({
        failures: (refusedPasswords(results) ?? []).map(({ host, error }) => ({ host, error })),
      }),
    );
    return { failures: [] };
  },
});
