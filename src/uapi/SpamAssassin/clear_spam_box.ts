import { clearSpamBox } from '../../capabilities/mail/plans/own-mail/spam.ts';
import { SPAM_BOX, SPAM_ROLE } from '../../capabilities/mail/rules/spam/spam-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'SpamAssassin::clear_spam_box',
  since: 70,
  summary: 'Remove all mail in the folders for spam of the account.',
  description: 'Of its own mailbox and of all others.',
  destructive: 'The messages are removed for good. Only a backup has them.',
  feature: SPAM_BOX,
  role: SPAM_ROLE,
  effect: 'operates',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Empty the folders for spam.', fails: 'host_failed' }],

  async handler(_args, context) {
    context.plan(await clearSpamBox(context));
  },
});
