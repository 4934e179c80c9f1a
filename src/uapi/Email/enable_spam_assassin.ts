import { assertAvailable, changeSpam } from '../../capabilities/mail/plans/own-mail/spam.ts';
import { SPAM_FILTER, SPAM_ROLE } from '../../capabilities/mail/rules/spam/spam-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::enable_spam_assassin',
  since: 42,
  summary: 'Enable the spam filter of the account.',
  description:
    'Mail for all its addresses gets the headers X-Spam-Flag, X-Spam-Status, X-Spam-Score and X-Spam-Bar. Nothing is ' +
    'deleted or moved: see Email::enable_spam_box and Email::add_spam_filter.',
  feature: SPAM_FILTER,
  role: SPAM_ROLE,
  effect: 'operates',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Check the mail of the account for spam.' }],

  async handler(_args, context) {
    await assertAvailable(context);
    context.plan(await changeSpam(context, { enabled: true }));
  },
});
