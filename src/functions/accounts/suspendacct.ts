import { paramsFor, wishesFrom } from '../../life/driver/account-parts.ts';
import { suspendAccount, tellRefusals } from '../../life/plans/suspend-account.ts';
import { defineFunction } from '../../core/define.ts';
import { denied } from '../../core/errors.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';

export default defineFunction({
  name: 'suspendacct',
  since: 11,
  summary: 'Suspend an account: block its logins and stop its processes.',
  description:
    'The password is locked, the account expires, its processes end and its crontab is disabled. No data is lost, ' +
    'and unsuspendacct restores everything. If the account is already suspended, only the reason is replaced. A daemon ' +
    'that is down or has a broken configuration does not prevent this: a warning names the steps that a task will do later.',
  destructive:
    'The user can no longer log in, and all processes of the user end. No files are deleted. To undo it, call unsuspendacct.',
  access: ['suspend-acct'],
  effect: 'operates',
  usesReserve: true,
  params: {
    user: { ...existingAccount, required: true, doc: 'The account.' },
    reason: { type: 'string', maxLength: 500, default: 'Unknown', doc: 'The reason, as free text.' },
    disallowun: { type: 'flag', default: 0, doc: '1: only root can unsuspend the account.' },
    ...paramsFor('suspended'),
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob', reason: 'unpaid bill' },
      doc: 'Suspend the account “bob”, and say why.',
      setUp: ['createacct'],
    },
  ],

  async handler(args, context) {
    const { caller, db, plan, inform } = context;
    const account = await accounts.get(db, caller, args.user);
    const { username, suspendedAt, suspendLocked } = account;
    if (suspendLocked && caller.privileges !== 'all') {
      throw denied(`The suspension of “${username}” is locked: only root can change it.`);
    }
    if (suspendedAt !== null) inform(`“${username}” was already suspended.`);
    const planned = await suspendAccount(context, account, {
      ...{ reason: args.reason, locked: args.disallowun },
      wishes: wishesFrom('suspended', args),
    });
    plan(planned, (results) => tellRefusals(context, `The account “${username}” is suspended.`, results));
  },
});
