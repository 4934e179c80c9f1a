import { changeMailbox } from '../../capabilities/mail/plans/own-mail/mailboxes.ts';
import { emailParam, MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::suspend_incoming',
  since: 54,
  summary: 'Suspend the incoming mail of a mailbox.',
  description: 'Mail to it is refused. Its present mail stays, and can be read.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'operates',
  params: { email: { ...emailParam, required: true } },
  returns: null,
  examples: [
    {
      args: { email: 'sales@bob.example' },
      doc: 'Refuse mail to sales.',
      setUp: ['Email::add_pop'],
    },
  ],

  async handler(args, context) {
    context.plan(await changeMailbox(context, args, () => ({ incomingSuspended: true })));
  },
});
