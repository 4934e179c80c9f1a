import { defineFunction } from '../../core/define.ts';
import { readSizes } from '../../capabilities/databases/driver/look-database-servers.ts';
import { BLOCKS_USED } from '../../capabilities/accounts/rules/rows.ts';
import { read } from '../../life/rules/search.ts';
import { visibleTo } from '../../capabilities/accounts/rules/accounts.ts';
import { measureAll } from '../../life/rules/disk-usage.ts';
import { fieldsOf, NOTHING, numberOrNull, word } from '../../ground/rules/list-in-sql.ts';

const columns = {
  blocks_limit: numberOrNull(
    'disk_limit * 1024',
    'The limit in blocks of 1024 bytes; null if there is none.',
  ),
  blocks_used: numberOrNull(
    BLOCKS_USED,
    'The space of files and databases in blocks of 1024 bytes; null if it was never measured.',
  ),
  inodes_limit: numberOrNull(
    NOTHING,
    'The limit for files and directories; always null, which means no limit.',
  ),
  inodes_used: numberOrNull(
    'inodes_used',
    'The number of files and directories; null if it was never measured.',
  ),
  user: word('username', 'The account.'),
};

export default defineFunction({
  name: 'get_disk_usage',
  since: 80,
  summary: 'List the disk usage of each account.',
  description:
    'Databases count too, unless the tweak setting disk_usage_include_sqldbs is 0. With cache_mode=off, the disk usage of every account of the caller is measured and stored, so that later ' +
    'calls and listaccts return it. Without quotas this can take minutes. A task of the server does the same ' +
    'every night.',
  access: ['list-accts'],
  effect: 'calls',
  params: {
    cache_mode: {
      type: 'string',
      values: ['on', 'off'],
      default: 'on',
      doc: '“on”: return the last measured values. “off”: measure now.',
    },
  },
  returns: {
    accounts: { list: { fields: fieldsOf(columns) }, doc: 'The accounts, sorted by username.' },
  },
  list: 'accounts',
  examples: [
    { args: {}, doc: 'The last measured values.' },
    {
      args: { cache_mode: 'off' },
      doc: 'Measure every account.',
      setUp: ['createacct'],
    },
  ],

  async handler(args, context) {
    const { caller, transaction } = context;
    if (args.cache_mode === 'off') await measureAll(context, readSizes);
    const accounts = await transaction('reads', (db) =>
      read({ ...context, db }, { columns, condition: visibleTo(db, caller) }),
    );
    return { accounts };
  },
});
