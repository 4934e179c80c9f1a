import { changeMailbox } from '../../capabilities/mail/plans/own-mail/mailboxes.ts';
import { emailParam, MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::suspend_outgoing',
  since: 70,
  summary: 'Refuse the mail that a mailbox sends.',
  description: 'Mail that it has already sent is not stopped.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'operates',
  params: { email: { ...emailParam, required: true } },
  returns: { type: 'flag', doc: 'Always 1.' },
  examples: [
    {
      args: { email: 'sales@bob.example' },
      doc: 'Refuse mail of sales.',
      setUp: ['Email::add_pop'],
    },
  ],

  async handler(args, context) {
    context.plan(await changeMailbox(context, args, () => ({ outgoing: 'suspended' })));
    return 1;
  },
});
