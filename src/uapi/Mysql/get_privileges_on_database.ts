import { lookForOwnPrivileges } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import {
  assertOwnDatabase,
  assertOwnUser,
  FEATURE,
  ROLE,
} from '../../capabilities/databases/rules/own-mysql.ts';

export default defineUapi({
  name: 'Mysql::get_privileges_on_database',
  since: 44,
  summary: 'Show what a user may do with a MySQL database.',
  feature: FEATURE,
  role: ROLE,
  effect: 'reads',
  params: {
    user: { ...objectName, doc: 'The user.' },
    database: { ...objectName, doc: 'The database.' },
  },
  returns: { list: { type: 'string' }, doc: 'MariaDB’s names of the privileges, or ALL PRIVILEGES.' },
  examples: [
    {
      args: { user: 'bob_app', database: 'bob_shop' },
      doc: 'The privileges of bob_app on bob_shop.',
      setUp: ['Mysql::create_database', 'Mysql::create_user'],
    },
  ],

  look: ({ user, database }, context) => lookForOwnPrivileges(context, user, database),

  async handler({ user, database }, { db, caller }, { found, held }) {
    await assertOwnUser(db, caller.user, user, found);
    await assertOwnDatabase(db, caller.user, database, found);
    return [...held];
  },
});
