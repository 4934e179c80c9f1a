import { changeMailbox } from '../../capabilities/mail/plans/own-mail/mailboxes.ts';
import { emailParam, MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::suspend_login',
  since: 54,
  summary: 'Suspend the logins of a mailbox.',
  description: 'Its password is no longer accepted, and its sessions end. Mail still arrives.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'operates',
  params: { email: { ...emailParam, required: true } },
  returns: null,
  examples: [
    {
      args: { email: 'sales@bob.example' },
      doc: 'Nobody can log in to sales.',
      setUp: ['Email::add_pop'],
    },
  ],

  async handler(args, context) {
    context.plan(await changeMailbox(context, args, () => ({ loginSuspended: true }), true));
  },
});
