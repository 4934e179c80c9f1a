import { changeMailbox } from '../../capabilities/mail/plans/own-mail/mailboxes.ts';
import { emailParam, MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::disable_mailbox_autocreate',
  since: 78,
  summary: 'Have mail create no folders.',
  description:
    'Mail for sales+shop@bob.example still goes to the folder “shop” if it exists, and otherwise to the inbox. This is the default.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'operates',
  params: { email: { ...emailParam, required: true } },
  returns: { type: 'integer', doc: '1.' },
  examples: [
    {
      args: { email: 'sales@bob.example' },
      doc: 'Mail for sales+shop@bob.example creates no folder.',
      setUp: [
        {
          command: 'Email::add_pop',
          args: { email: 'sales', domain: 'bob.example', password: 'correct horse battery staple 7' },
        },
      ],
    },
  ],

  async handler(args, context) {
    context.plan(await changeMailbox(context, args, () => ({ createsFolders: false })), () => 1);
    return 1;
  },
});
