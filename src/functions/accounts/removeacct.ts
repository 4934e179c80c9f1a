import { postponeRemoval, tellPostponed } from '../../life/plans/postpone-removal.ts';
import { lookForRemoval, removeAccount } from '../../life/plans/remove-account.ts';
import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';

export default defineFunction({
  name: 'removeacct',
  since: 11,
  summary: 'Remove an account with its home directory and everything stored about it.',
  description:
    'This cannot be undone, so create a backup first. The processes of the user are ended. Accounts and packages that ' +
    'the user owned as a reseller are transferred to root. Its two-factor authentication and its DNS zones are removed. ' +
    'Before anything is changed, the daemons are checked. If one of them is down or has a broken configuration, the account ' +
    'is only suspended, and a task removes it as soon as possible: the warnings name the reason, and unsuspendacct ' +
    'cancels the removal. Databases and files are deleted last. If that fails in between, a task finishes it.',
  destructive:
    'The account, its home directory, its files and everything that is stored about it are deleted. This cannot be undone.',
  access: ['kill-acct'],
  effect: 'operates',
  usesReserve: true,
  params: {
    username: { ...existingAccount, required: true, alias: ['user'], doc: 'The account.' },
    keepdns: {
      type: 'flag',
      default: 0,
      doc: '1: keep the DNS zones of the account, which are transferred to root.',
    },
  },
  returns: null,
  examples: [
    {
      args: { username: 'bob' },
      doc: 'Remove the account “bob”.',
      setUp: ['createacct'],
    },
  ],

  look: ({ username, keepdns }, context) => lookForRemoval(context, username, { keepdns }),

  async handler({ username, keepdns }, context, refusals) {
    const { caller, db, inform, plan, reason } = context;
    const account = await accounts.get(db, caller, username);
    if (refusals.length > 0) {
      plan(await postponeRemoval(context, account, { keepdns }));
      tellPostponed(context, account.username, refusals);
      return;
    }
    plan(await removeAccount(context, account, { wishes: { keepdns } }));
    reason(`${account.username} account removed`);
    const owned = (await resellers.listOwned(db, account.username)).filter(({ uid }) => uid !== account.uid);
    if (owned.length > 0) inform(resellers.nowOfRoot(owned));
  },
});
