import { lookForOwn } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineApi2 } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { userRow } from '../../capabilities/databases/rules/older-rows.ts';
import { assertOwnDatabase, FEATURE, ownMysql, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineApi2({
  name: 'MysqlFE::listusersindb',
  since: null,
  summary: 'List the users who have any privilege on a MySQL database.',
  feature: FEATURE,
  role: ROLE,
  effect: 'reads',
  params: { db: { ...objectName, doc: 'The database.' } },
  returns: userRow,
  examples: [
    {
      args: { db: 'bob_shop' },
      doc: 'The users of bob_shop.',
      setUp: ['Mysql::create_database'],
    },
  ],

  look: (_args, context) => lookForOwn(context),

  async handler({ db }, { db: store, caller }, found) {
    await assertOwnDatabase(store, caller.user, db, found);
    const { usersOf } = await ownMysql(store, caller.user, found);
    return usersOf(db).map((user) => ({ db, user }));
  },
});
