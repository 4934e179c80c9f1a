import { changeMailbox } from '../../capabilities/mail/plans/own-mail/mailboxes.ts';
import { emailParam, MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::enable_mailbox_autocreate',
  since: 78,
  summary: 'Have mail create the folder that its address names.',
  description:
    'Mail for sales+shop@bob.example then goes to the folder “shop”, which is created if it does not exist. Anybody who sends mail can create folders so.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'operates',
  params: { email: { ...emailParam, required: true } },
  returns: { type: 'integer', doc: '1.' },
  examples: [
    {
      args: { email: 'sales@bob.example' },
      doc: 'Mail for sales+shop@bob.example creates the folder “shop”.',
      setUp: [
        {
          command: 'Email::add_pop',
          args: { email: 'sales', domain: 'bob.example', password: 'correct horse battery staple 7' },
        },
      ],
    },
  ],

  async handler(args, context) {
    context.plan(await changeMailbox(context, args, () => ({ createsFolders: true })), () => 1);
    return 1;
  },
});
