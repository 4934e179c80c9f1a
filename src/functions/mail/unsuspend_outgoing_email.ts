import { setOutgoing } from '../../capabilities/mail/plans/own-mail/outgoing.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';

export default defineFunction({
  name: 'unsuspend_outgoing_email',
  since: 56,
  summary: 'Allow an account to send mail again.',
  description: 'Mail that was held before is delivered, too.',
  access: ['suspend-acct'],
  role: ROLE,
  effect: 'operates',
  params: { user: { ...existingAccount, required: true, doc: 'The account.' } },
  returns: null,
  examples: [
    {
      args: { user: 'bob' },
      doc: 'Allow bob to send mail.',
      setUp: ['createacct'],
    },
  ],

  async handler({ user }, context) {
    context.plan(await setOutgoing(context, user, 'open'));
  },
});
