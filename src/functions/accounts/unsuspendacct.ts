import { unsuspendAccount } from '../../changes/unsuspend-account.ts';
import { defineFunction } from '../../core/define.ts';
import { denied } from '../../core/errors.ts';
import { existingAccount } from '../../model/accounts/names.ts';
import * as accounts from '../../model/accounts/accounts.ts';

export default defineFunction({
  name: 'unsuspendacct',
  since: 11,
  summary: 'Take the suspension of an account back.',
  description:
    'Password, expiry and crontab are as they were before: a password that was locked then stays locked.',
  access: ['suspend-acct'],
  effect: 'operates',
  params: {
    user: { ...existingAccount, required: true, doc: 'The account.' },
    'retain-service-proxies': {
      type: 'flag',
      doc: 'Whether service proxies stay.',
      inert: 'this server has no service proxies.',
    },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob' },
      doc: 'Let the account “bob” work again.',
      setUp: [
        { command: 'createacct', args: { username: 'bob', domain: 'bob.example' } },
        { command: 'suspendacct', args: { user: 'bob' } },
      ],
    },
  ],

  async handler(args, context) {
    const { caller, db, plan, inform } = context;
    const account = await accounts.get(db, caller, args.user);
    const { username, suspendedAt, suspendLocked } = account;
    if (suspendLocked && caller.privileges !== 'all') {
      throw denied(`The suspension of “${username}” is locked: only root may take it back.`);
    }
    if (suspendedAt === null) inform(`“${username}” was not suspended.`);
    else plan(await unsuspendAccount(context, account));
  },
});
