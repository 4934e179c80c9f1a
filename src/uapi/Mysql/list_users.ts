import { lookForOwn } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { withoutPrefix } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ownMysql, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineUapi({
  name: 'Mysql::list_users',
  since: 82,
  summary: 'List the account’s users of MySQL databases.',
  feature: FEATURE,
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: {
    list: {
      fields: {
        user: { type: 'string', doc: 'The name.' },
        shortuser: { type: 'string', doc: 'The name without the account’s prefix.' },
        databases: { list: { type: 'string' }, doc: 'The databases on which it has any privilege.' },
      },
    },
  },
  examples: [{ args: {}, doc: 'All users.' }],

  look: (_args, context) => lookForOwn(context),

  async handler(_args, { db, caller }, found) {
    const { users, databasesOf } = await ownMysql(db, caller.user, found);
    return users.map((user) => ({
      user,
      shortuser: withoutPrefix(caller.user, user),
      databases: databasesOf(user),
    }));
  },
});
