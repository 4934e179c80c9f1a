import { removeAutoresponder } from '../../capabilities/mail/plans/own-mail/autoresponders.ts';
import { AUTORESPONDERS, emailParam, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::delete_auto_responder',
  since: 42,
  summary: 'Remove the automatic reply of a mailbox.',
  feature: AUTORESPONDERS,
  role: ROLE,
  effect: 'operates',
  params: { email: { ...emailParam, required: true } },
  returns: null,
  examples: [
    {
      args: { email: 'sales@bob.example' },
      doc: 'No longer answer mail to sales@bob.example.',
      setUp: [
        {
          command: 'Email::add_pop',
          args: { email: 'sales', domain: 'bob.example', password: 'correct horse battery staple 7' },
        },
        {
          command: 'Email::add_auto_responder',
          args: {
            ...{
              email: 'sales',
              domain: 'bob.example',
              from: 'Sales',
              subject: 'Away',
              body: 'Back on Monday.',
            },
            ...{ interval: '24', is_html: '0', start: '0', stop: '0' },
          },
        },
      ],
    },
  ],

  async handler({ email }, context) {
    context.plan(await removeAutoresponder(context, email));
  },
});
