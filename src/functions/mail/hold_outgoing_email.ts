import { setOutgoing } from '../../capabilities/mail/plans/own-mail/outgoing.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';

export default defineFunction({
  name: 'hold_outgoing_email',
  since: 56,
  summary: 'Hold the mail that an account sends.',
  description:
    'Messages are accepted, and stay in a queue of their own until release_outgoing_email delivers them.',
  access: ['suspend-acct'],
  role: ROLE,
  effect: 'operates',
  usesReserve: true,
  params: { user: { ...existingAccount, required: true, doc: 'The account.' } },
  returns: null,
  examples: [
    {
      args: { user: 'bob' },
      doc: 'Keep the mail of bob.',
      setUp: ['createacct'],
    },
  ],

  async handler({ user }, context) {
    context.plan(await setOutgoing(context, user, 'held'));
  },
});
