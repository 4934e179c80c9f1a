// What `whmapi1 --rebuild` calls.
import { rebuiltParts } from '../driver/account-parts.ts';
import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import { lookForRebuild, rebuildAccount } from '../plans/rebuild-account.ts';

export default defineFunction({
  name: '--rebuild',
  since: null,
  summary: 'Create a part of an account again that is not on the machine.',
  access: 'root',
  effect: 'operates',
  params: {
    user: { ...existingAccount, doc: 'The account. Default: what belongs to root.' },
    part: { type: 'string', required: true, values: rebuiltParts, doc: 'What to create.' },
  },
  returns: null,
  examples: [{ args: { user: 'bob', part: 'zones' }, doc: 'Create the DNS zones of bob again.' }],
  look: ({ user: username, part }, context) => lookForRebuild(context, { username, part }),
  async handler({ user: username, part }, context, found) {
    const plan = await rebuildAccount(context, { username, part }, found);
    if (plan !== undefined) context.plan(plan, () => undefined);
  },
});
