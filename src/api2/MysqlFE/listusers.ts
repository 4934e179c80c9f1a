import { lookForOwn } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineApi2 } from '../../core/define-uapi.ts';
import { withoutPrefix } from '../../capabilities/databases/rules/names.ts';
import { userRow } from '../../capabilities/databases/rules/older-rows.ts';
import { FEATURE, ownMysql, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineApi2({
  name: 'MysqlFE::listusers',
  since: null,
  summary: 'List the account’s users of MySQL databases.',
  feature: FEATURE,
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: {
    fields: {
      user: { type: 'string', doc: 'The name.' },
      shortuser: { type: 'string', doc: 'The name without the account’s prefix.' },
      dblist: { list: userRow, doc: 'The databases on which it has any privilege.' },
    },
  },
  examples: [{ args: {}, doc: 'All users.' }],

  look: (_args, context) => lookForOwn(context),

  async handler(_args, { db: store, caller }, found) {
    const { users, databasesOf } = await ownMysql(store, caller.user, found);
    return users.map((user) => ({
      user,
      shortuser: withoutPrefix(caller.user, user),
      dblist: databasesOf(user).map((db) => ({ db, user })),
    }));
  },
});
