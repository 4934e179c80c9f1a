import { lookForPair, setOwnPrivileges } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineUapi({
  name: 'Mysql::revoke_access_to_database',
  since: 44,
  summary: 'Take all privileges on a MySQL database away from a user.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {
    user: { ...objectName, doc: 'The user.' },
    database: { ...objectName, doc: 'The database.' },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob_app', database: 'bob_shop' },
      doc: 'The user bob_app can no longer use bob_shop.',
      setUp: ['Mysql::create_database', 'Mysql::create_user'],
    },
  ],

  look: (args, context) => lookForPair(context, args),

  async handler({ user, database }, context, found) {
    context.plan(await setOwnPrivileges(context, { user, database, privileges: [] }, found));
  },
});
