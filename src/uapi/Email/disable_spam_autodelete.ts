import { changeSpam } from '../../capabilities/mail/plans/own-mail/spam.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { SPAM_FILTER } from '../../capabilities/mail/rules/spam/spam-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::disable_spam_autodelete',
  since: 42,
  summary: 'Delete no spam any more.',
  description: 'It is delivered with its headers, or to the folder for spam.',
  feature: SPAM_FILTER,
  role: ROLE,
  effect: 'operates',
  params: {},
  returns: { fields: { spam_auto_delete: { type: 'integer', doc: 'Always 0.' } } },
  examples: [{ args: {}, doc: 'Keep all spam.' }],

  async handler(_args, context) {
    context.plan(await changeSpam(context, { deleteScore: null }));
    return { spam_auto_delete: 0 };
  },
});
