import { defineFunction } from '../../core/define.ts';
import { namesOf } from '../../life/rules/search.ts';
import { visibleTo } from '../../capabilities/accounts/rules/accounts.ts';

export default defineFunction({
  name: 'listlockedaccounts',
  since: 40,
  summary: 'List the suspended accounts that only root can unsuspend.',
  access: ['list-accts'],
  effect: 'reads',
  params: {},
  returns: { account: { list: { type: 'string' }, doc: 'The usernames, sorted.' } },
  list: 'account',
  examples: [{ args: {}, doc: 'All of them.' }],

  async handler(_args, { caller, db }) {
    const { where, values } = visibleTo(db, caller);
    const locked = { where: `${where} AND suspended_at IS NOT NULL AND suspend_locked = 1`, values };
    return { account: await namesOf(db, locked) };
  },
});
