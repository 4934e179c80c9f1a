import { defineFunction } from '../../core/define.ts';
import { readNames } from '../../model/accounts/search.ts';
import { visibleTo } from '../../model/accounts/accounts.ts';

export default defineFunction({
  name: 'list_users',
  since: 11,
  summary: 'List the usernames of the accounts and of root.',
  description: 'A reseller sees the accounts that it owns, without root.',
  access: ['list-accts'],
  effect: 'reads',
  params: {},
  returns: {
    users: { list: { type: 'string' }, doc: 'The usernames: root first, then the accounts by name.' },
  },
  list: 'users',
  examples: [{ args: {}, doc: 'Everybody.' }],

  async handler(_args, context) {
    const { caller, db } = context;
    const isRoot = caller.privileges === 'all';
    // The index of the servers has all usernames in their order. The table would be read with all its columns.
    const users = await readNames(
      context,
      isRoot ? { where: 'server = ?', values: [db.server] } : visibleTo(db, caller),
      isRoot ? ['root'] : [],
      isRoot ? 'account_by_server' : undefined,
    );
    return { users };
  },
});
