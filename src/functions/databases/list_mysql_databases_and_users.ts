import { lookForOwn, ownMachine } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineFunction } from '../../core/define.ts';
import { lookAtServer } from '../../capabilities/databases/driver/mysql/look-mysql.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import { prefixSizes, usesPrefix } from '../../capabilities/databases/rules/names.ts';
import { ownMysql, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineFunction({
  name: 'list_mysql_databases_and_users',
  since: 56,
  summary: 'List the MySQL databases of an account, with the users of each.',
  access: ['mysql-info'],
  role: ROLE,
  effect: 'reads',
  params: { user: { ...existingAccount, required: true, doc: 'The account.' } },
  returns: {
    mysql_config: {
      fields: {
        'mysql-version': {
          type: 'string',
          doc: 'The version of its server: “11.8”. Empty in a sandbox without a server.',
        },
        prefix_length: {
          type: 'integer',
          doc: 'How many characters of the account’s name a prefix has at most.',
        },
        use_db_prefix: { type: 'flag', doc: 'Whether new names must begin with the prefix.' },
      },
      doc: 'The rules for names.',
    },
    mysql_databases: {
      map: { list: { type: 'string' } },
      keys: 'DATABASE',
      doc: 'For each database, the users with any privilege on it.',
    },
  },
  examples: [
    {
      args: { user: 'bob' },
      doc: 'The databases of bob.',
      setUp: ['createacct', 'Mysql::create_database'],
    },
  ],

  async look({ user }, context) {
    const { transaction, caller } = context;
    const { username } = await transaction('reads', (db) => accounts.get(db, caller, user));
    const asOwner = { ...context, caller: { ...caller, user: username } };
    return { found: await lookForOwn(asOwner), server: await lookAtServer(await ownMachine(asOwner)) };
  },

  async handler({ user }, { db, caller }, { found, server }) {
    const { username } = await accounts.get(db, caller, user);
    const { databases, usersOf } = await ownMysql(db, username, found);
    return {
      mysql_config: {
        'mysql-version': server?.version.split('.', 2).join('.') ?? '',
        prefix_length: Math.max(...prefixSizes),
        use_db_prefix: Number(await usesPrefix(db)),
      },
      mysql_databases: Object.fromEntries(databases.map((name) => [name, usersOf(name)])),
    };
  },
});
