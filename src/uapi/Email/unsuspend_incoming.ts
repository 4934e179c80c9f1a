import { changeMailbox } from '../../capabilities/mail/plans/own-mail/mailboxes.ts';
import { emailParam, MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::unsuspend_incoming',
  since: 54,
  summary: 'Accept mail for a mailbox again.',
  description: 'Mail that was refused meanwhile is lost, unless its sender sends it again.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'operates',
  params: { email: { ...emailParam, required: true } },
  returns: { type: 'flag', doc: 'Always 1.' },
  examples: [
    {
      args: { email: 'sales@bob.example' },
      doc: 'Accept mail to sales again.',
      setUp: ['Email::add_pop'],
    },
  ],

  async handler(args, context) {
    context.plan(await changeMailbox(context, args, () => ({ incomingSuspended: false })));
    return 1;
  },
});
