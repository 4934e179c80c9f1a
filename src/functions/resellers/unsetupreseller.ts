import { dismiss } from '../../life/rules/resellers.ts';
import { dismissReseller } from '../../life/plans/dismiss-reseller.ts';
import { defineFunction } from '../../core/define.ts';
import { resellerName } from '../../core/params.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';

export default defineFunction({
  name: 'unsetupreseller',
  since: 11,
  summary: 'Convert a reseller to an ordinary account.',
  description:
    'Its privileges, limits, addresses, nameservers and public contact are removed. Its API tokens, access hash ' +
    'and sessions are removed too, and do not return if it becomes a reseller again. Its accounts and packages ' +
    'are transferred to root, and so is its own account if it owned itself.',
  destructive:
    'The reseller loses its privileges, limits, addresses and public contact. Its accounts and packages are ' +
    'transferred to root. setupreseller does not restore them.',
  access: 'root',
  effect: 'operates',
  params: { user: { ...resellerName, required: true, doc: 'The reseller.' } },
  returns: null,
  examples: [
    {
      args: { user: 'bob' },
      doc: 'Convert the reseller “bob” to an ordinary account.',
      setUp: ['createacct', 'setupreseller'],
    },
  ],

  async handler({ user }, { db, inform, plan }) {
    const owned = await resellers.listOwned(db, user);
    // Only checks the change. These writes are not kept.
    await dismiss(db, user);
    plan(
      dismissReseller(
        user,
        owned.map(({ username }) => username),
      ),
    );
    if (owned.length > 0) inform(resellers.nowOfRoot(owned));
  },
});
