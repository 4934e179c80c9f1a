import { createOwnUser } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { newName, prefixSizeOf, prefixSizeParam } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';
import { password as passwordParam, rateFirst, withRating } from '../../ground/rules/passwords/passwords.ts';

export default defineUapi({
  name: 'Mysql::create_user',
  since: 44,
  summary: 'Create a user of MySQL databases.',
  description:
    'The user may connect from this server and from the hosts of the account’s remote access list, and has no ' +
    'privileges yet: see set_privileges_on_database.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {
    name: { ...newName, doc: 'The name, with the account’s prefix: bob_app.' },
    password: { ...passwordParam, required: true },
    'prefix-size': prefixSizeParam,
  },
  returns: null,
  examples: [
    {
      args: { name: 'bob_app', password: 'correct horse battery staple 7' },
      doc: 'Create the user bob_app.',
    },
  ],

  look: ({ name, password }, context) => rateFirst(context, password, [context.caller.user, name]),

  async handler({ name, password, 'prefix-size': size }, context, rated) {
    const user = { name, password, prefixSize: prefixSizeOf(size) };
    context.plan(await createOwnUser(withRating(context, rated), user));
  },
});
