import { lookForPair, setOwnPrivileges } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';
import { privilegesParam, readPrivileges } from '../../capabilities/databases/rules/privileges.ts';

export default defineUapi({
  name: 'Mysql::set_privileges_on_database',
  since: 44,
  summary: 'Set what a user may do with a MySQL database.',
  description:
    'These privileges replace the present ones. To take all of them away, use revoke_access_to_database.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {
    user: { ...objectName, doc: 'The user.' },
    database: { ...objectName, doc: 'The database.' },
    privileges: { ...privilegesParam, required: true },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob_app', database: 'bob_shop', privileges: 'ALL PRIVILEGES' },
      doc: 'The user bob_app may do everything with bob_shop.',
      setUp: ['Mysql::create_database', 'Mysql::create_user'],
    },
  ],

  look: (args, context) => lookForPair(context, args),

  async handler({ user, database, privileges: given }, context, found) {
    const privileges = readPrivileges('privileges', given);
    context.plan(await setOwnPrivileges(context, { user, database, privileges }, found));
  },
});
