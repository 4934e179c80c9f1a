import { defineFunction } from '../../core/define.ts';
import { read } from '../../model/accounts/search.ts';
import { visibleTo } from '../../model/accounts/accounts.ts';
import { measureAll } from '../../model/accounts/disk-usage.ts';
import { fieldsOf, NOTHING, numberOrNull, word } from '../../model/list-in-sql.ts';

const columns = {
  blocks_limit: numberOrNull(
    'disk_limit * 1024',
    'The limit in blocks of 1024 bytes; null where there is none.',
  ),
  blocks_used: numberOrNull(
    'blocks_used',
    'Blocks of 1024 bytes in use; null where they were never measured.',
  ),
  inodes_limit: numberOrNull(
    NOTHING,
    'How many files and folders there may be; always null, which is no limit.',
  ),
  inodes_used: numberOrNull(
    'inodes_used',
    'How many files and folders there are; null where it was never measured.',
  ),
  user: word('username', 'The account.'),
};

export default defineFunction({
  name: 'get_disk_usage',
  since: 80,
  summary: 'List how much disk space each account takes up.',
  description:
    'With cache_mode=off it measures every account of the caller, which may take minutes where nothing counts for a ' +
    'quota, and keeps what it finds: for later calls, and for what listaccts tells. A task of the server does the same every night.',
  access: ['list-accts'],
  effect: 'calls',
  params: {
    cache_mode: {
      type: 'string',
      values: ['on', 'off'],
      default: 'on',
      doc: 'Whether to tell what was measured last (on), or to measure now (off).',
    },
  },
  returns: {
    accounts: { list: { fields: fieldsOf(columns) }, doc: 'The accounts, sorted by user name.' },
  },
  list: 'accounts',
  examples: [
    { args: {}, doc: 'What was measured last.' },
    {
      args: { cache_mode: 'off' },
      doc: 'Measures every account.',
      setUp: [
        {
          command: 'createacct',
          args: { username: 'bob', domain: 'bob.example', password: 'correct horse battery staple 7' },
        },
      ],
    },
  ],

  async handler(args, context) {
    const { caller, transaction, asked, answered } = context;
    if (args.cache_mode === 'off') await measureAll(context);
    const accounts = await transaction('reads', (db) =>
      read({ db, asked, answered }, { columns, condition: visibleTo(db, caller) }),
    );
    return { accounts };
  },
});
