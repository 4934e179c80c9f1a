import { defineFunction } from '../../core/define.ts';
import { namesOf } from '../../model/accounts/search.ts';
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

  async handler(_args, { caller, db }) {
    const names = await namesOf(db, visibleTo(db, caller));
    return { users: caller.privileges === 'all' ? ['root', ...names] : names };
  },
});
