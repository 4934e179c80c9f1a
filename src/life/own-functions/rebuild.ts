// What `whmapi1 --rebuild` calls.
import { rebuiltParts } from '../../capabilities/accounts/driver/account-part.ts';
import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import {
  lookForRebuild,
  lookForZonesOfRoot,
  rebuildAccount,
  rebuildZonesOfRoot,
} from '../plans/rebuild-account.ts';

export default defineFunction({
  name: '--rebuild',
  since: null,
  summary: 'Create a part of an account again that is not on the machine.',
  access: 'root',
  effect: 'operates',
  params: {
    user: { ...existingAccount, doc: 'The account. Default: the zones of root.' },
    part: { type: 'string', required: true, values: rebuiltParts, doc: 'What to create.' },
  },
  returns: null,
  examples: [{ args: { user: 'bob', part: 'zones' }, doc: 'Create the DNS zones of bob again.' }],
  look: async ({ user: username, part }, context) =>
    username === undefined
      ? { zones: await lookForZonesOfRoot(context) }
      : { account: await lookForRebuild(context, { username, part }) },
  async handler({ user: username, part }, context, found) {
    const plan =
      username !== undefined && found.account !== undefined
        ? await rebuildAccount(context, { username, part }, found.account)
        : await rebuildZonesOfRoot(context, found.zones ?? []);
    if (plan !== undefined) context.plan(plan, () => undefined);
  },
});
