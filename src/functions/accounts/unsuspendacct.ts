import { tellRefusals } from '../../life/plans/suspend-account.ts';
import { unsuspendAccount } from '../../life/plans/unsuspend-account.ts';
import { defineFunction } from '../../core/define.ts';
import { denied } from '../../core/errors.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';

export default defineFunction({
  name: 'unsuspendacct',
  since: 11,
  summary: 'Unsuspend an account.',
  description:
    'The password, the expiry and the crontab are restored to their state before the suspension. A password that ' +
    'was already locked stays locked. PHP programs of the websites run again within seconds. Tasks that would complete the suspension, or a removal that waits for a daemon, ' +
    'are taken back. What a daemon does not do now is done later by a task, and a warning says so.',
  access: ['suspend-acct'],
  effect: 'operates',
  params: {
    user: { ...existingAccount, required: true, doc: 'The account.' },
    'retain-service-proxies': {
      type: 'flag',
      doc: 'Whether to keep service proxies.',
      noEffectReason: 'this server has no service proxies.',
    },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob' },
      doc: 'Unsuspend the account “bob”.',
      setUp: ['createacct', 'suspendacct'],
    },
  ],

  async handler(args, context) {
    const { caller, db, plan, inform } = context;
    const account = await accounts.get(db, caller, args.user);
    const { username, suspendedAt, suspendLocked } = account;
    if (suspendLocked && caller.privileges !== 'all') {
      throw denied(`The suspension of “${username}” is locked: only root can unsuspend it.`);
    }
    if (suspendedAt === null) inform(`“${username}” was not suspended.`);
    else {
      const planned = await unsuspendAccount(context, account);
      plan(planned, (results) =>
        tellRefusals(context, `The account “${username}” is no longer suspended.`, results),
      );
    }
  },
});
