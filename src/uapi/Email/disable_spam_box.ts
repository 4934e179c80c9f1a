import { changeSpam } from '../../capabilities/mail/plans/own-mail/spam.ts';
import { SPAM_BOX, SPAM_ROLE } from '../../capabilities/mail/rules/spam/spam-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::disable_spam_box',
  since: 70,
  summary: 'Deliver spam to the inbox.',
  description: 'The folder INBOX.spam stays with its messages.',
  feature: SPAM_BOX,
  role: SPAM_ROLE,
  effect: 'operates',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Have no folder for spam.' }],

  async handler(_args, context) {
    context.plan(await changeSpam(context, { box: false }));
  },
});
