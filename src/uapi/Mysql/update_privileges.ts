import { alignOwnUsers, lookForOwn } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineUapi({
  name: 'Mysql::update_privileges',
  since: 82,
  summary: 'Let all MySQL users of the account connect from all hosts of its remote access list.',
  description:
    'A user who cannot connect from one of them, because it was made by hand, gets the host, with the password and the ' +
    'privileges that it has from its first host.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'All users.' }],

  look: (_args, context) => lookForOwn(context),

  async handler(_args, context, found) {
    context.plan(await alignOwnUsers(context, found));
  },
});
