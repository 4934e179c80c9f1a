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
      setUp: ['Email::add_pop', 'Email::add_auto_responder'],
    },
  ],

  async handler({ email }, context) {
    context.plan(await removeAutoresponder(context, email));
  },
});
