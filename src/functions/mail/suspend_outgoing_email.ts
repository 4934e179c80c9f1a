import { setOutgoing } from '../../capabilities/mail/plans/own-mail/outgoing.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';

export default defineFunction({
  name: 'suspend_outgoing_email',
  since: 56,
  summary: 'Suspend the mail that an account sends.',
  description:
    'Logins for sending still work, but each message is refused. So is mail of the account that is already in the queue.',
  destructive: 'Messages of the account that are in the queue are returned to their senders.',
  access: ['suspend-acct'],
  role: ROLE,
  effect: 'operates',
  usesReserve: true,
  params: { user: { ...existingAccount, required: true, doc: 'The account.' } },
  returns: null,
  examples: [
    {
      args: { user: 'bob' },
      doc: 'Refuse the mail of bob.',
      setUp: ['createacct'],
    },
  ],

  async handler({ user }, context) {
    context.plan(await setOutgoing(context, user, 'suspended'));
  },
});
