import { releaseMailbox } from '../../capabilities/mail/plans/own-mail/outgoing.ts';
import { emailParam, MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::release_outgoing',
  since: 70,
  summary: 'Deliver the mail that a mailbox has sent while it was held.',
  description: 'Mail that it sends from now on is delivered at once.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'operates',
  params: { email: { ...emailParam, required: true } },
  returns: null,
  examples: [
    {
      args: { email: 'sales@bob.example' },
      doc: 'Deliver the mail of sales.',
      setUp: ['Email::add_pop'],
    },
  ],

  async handler(args, context) {
    context.plan(await releaseMailbox(context, args));
  },
});
