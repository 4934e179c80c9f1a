import { setOutgoing } from '../../capabilities/mail/plans/own-mail/outgoing.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';

export default defineFunction({
  name: 'release_outgoing_email',
  since: 56,
  summary: 'Release the held mail of an account.',
  description: 'It is delivered now, and mail that the account sends from now on is delivered at once.',
  access: ['suspend-acct'],
  role: ROLE,
  effect: 'operates',
  params: { user: { ...existingAccount, required: true, doc: 'The account.' } },
  returns: null,
  examples: [
    {
      args: { user: 'bob' },
      doc: 'Deliver the mail of bob.',
      setUp: ['createacct'],
    },
  ],

  async handler({ user }, context) {
    context.plan(await setOutgoing(context, user, 'open'));
  },
});
