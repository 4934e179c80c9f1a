import { removeAccount } from '../../changes/remove-account.ts';
import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../model/accounts/names.ts';
import * as accounts from '../../model/accounts/accounts.ts';

export default defineFunction({
  name: 'removeacct',
  since: 11,
  summary: 'Remove an account with its home directory and everything stored about it.',
  description:
    'There is no way back: make a backup first. The processes of the user end. Accounts and packages that it owned ' +
    'as a reseller become root’s. Its two-factor authentication is gone as well, and so are its DNS zones.',
  destructive:
    'The account, its home directory, its files and everything that is stored about it are deleted. This cannot be undone.',
  access: ['kill-acct'],
  effect: 'operates',
  params: {
    username: { ...existingAccount, required: true, alias: ['user'], doc: 'The account.' },
    keepdns: {
      type: 'flag',
      default: 0,
      doc: '1 keeps the DNS zones of the account; they become root’s.',
    },
  },
  returns: null,
  examples: [
    {
      args: { username: 'bob' },
      doc: 'Remove the account “bob”.',
      setUp: [{ command: 'createacct', args: { username: 'bob', domain: 'bob.example' } }],
    },
  ],

  async handler(args, context) {
    const { caller, db, plan, reason } = context;
    const account = await accounts.get(db, caller, args.username);
    plan(await removeAccount(context, account, { wishes: { keepdns: args.keepdns } }));
    reason(`${account.username} account removed`);
  },
});
