import { changeMailbox } from '../../capabilities/mail/plans/own-mail/mailboxes.ts';
import { emailParam, MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::hold_outgoing',
  since: 70,
  summary: 'Keep the mail that a mailbox sends in the queue.',
  description: 'Nothing of it is delivered until release_outgoing.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'operates',
  params: { email: { ...emailParam, required: true } },
  returns: null,
  examples: [
    {
      args: { email: 'sales@bob.example' },
      doc: 'Keep mail of sales.',
      setUp: ['Email::add_pop'],
    },
  ],

  async handler(args, context) {
    context.plan(await changeMailbox(context, args, () => ({ outgoing: 'held' })));
  },
});
