import { changeMailbox } from '../../capabilities/mail/plans/own-mail/mailboxes.ts';
import { emailParam, MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::unsuspend_login',
  since: 54,
  summary: 'Allow the logins of a mailbox again.',
  description: 'Its password stays the same.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'operates',
  params: { email: { ...emailParam, required: true } },
  returns: null,
  examples: [
    {
      args: { email: 'sales@bob.example' },
      doc: 'Allow logins to sales again.',
      setUp: ['Email::add_pop'],
    },
  ],

  async handler(args, context) {
    context.plan(await changeMailbox(context, args, () => ({ loginSuspended: false })));
  },
});
