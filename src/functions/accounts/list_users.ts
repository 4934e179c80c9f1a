import { defineFunction } from '../../core/define.ts';
import { readNames } from '../../life/rules/search.ts';
import { visibleTo } from '../../capabilities/accounts/rules/accounts.ts';

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
    const visible = visibleTo(db, caller);
    if (!isRoot) return { users: await readNames(context, visible, []) };
    // The index has all usernames in their order. The table would be read with all its columns.
    return { users: await readNames(context, visible, ['root'], 'account_domain_by_name') };
  },
});
