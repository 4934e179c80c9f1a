import { lookForOwnSizes } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { FEATURE, ownMysql, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineUapi({
  name: 'Mysql::list_databases',
  since: 82,
  summary: 'List the account’s MySQL databases, with their sizes and users.',
  feature: FEATURE,
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: {
    list: {
      fields: {
        database: { type: 'string', doc: 'The name.' },
        disk_usage: { type: 'integer', doc: 'The size of its tables and indexes in bytes.' },
        users: { list: { type: 'string' }, doc: 'The users with any privilege on it.' },
      },
    },
  },
  examples: [{ args: {}, doc: 'All databases.' }],

  look: (_args, context) => lookForOwnSizes(context),

  async handler(_args, { db, caller }, { found, sizes }) {
    const { databases, usersOf } = await ownMysql(db, caller.user, found);
    return databases.map((database) => ({
      database,
      disk_usage: sizes.get(database) ?? 0,
      users: usersOf(database),
    }));
  },
});
