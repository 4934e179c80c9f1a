import { lookForOwnPrivileges } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineApi2 } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { privilegeFlags, privilegeRow } from '../../capabilities/databases/rules/older-rows.ts';
import {
  assertOwnDatabase,
  assertOwnUser,
  FEATURE,
  ROLE,
} from '../../capabilities/databases/rules/own-mysql.ts';

export default defineApi2({
  name: 'MysqlFE::userdbprivs',
  since: null,
  summary: 'Show what a user may do with a MySQL database.',
  feature: FEATURE,
  role: ROLE,
  effect: 'reads',
  params: {
    db: { ...objectName, doc: 'The database.' },
    user: { ...objectName, alias: ['dbuser', 'username'], doc: 'The user.' },
  },
  returns: privilegeRow,
  examples: [
    {
      args: { db: 'bob_shop', user: 'bob_app' },
      doc: 'The privileges of bob_app on bob_shop.',
      setUp: ['Mysql::create_database', 'Mysql::create_user'],
    },
  ],

  look: ({ user, db }, context) => lookForOwnPrivileges(context, user, db),

  async handler({ db, user }, { db: store, caller }, { found, held }) {
    await assertOwnUser(store, caller.user, user, found);
    await assertOwnDatabase(store, caller.user, db, found);
    return [privilegeFlags(held)];
  },
});
