import { changeSpam } from '../../capabilities/mail/plans/own-mail/spam.ts';
import { SPAM_FILTER, SPAM_ROLE } from '../../capabilities/mail/rules/spam/spam-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::disable_spam_assassin',
  since: 42,
  summary: 'Disable the spam filter of the account.',
  description: 'Its other settings are kept, and act again once it is enabled.',
  feature: SPAM_FILTER,
  role: SPAM_ROLE,
  effect: 'operates',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Deliver all mail as it is.' }],

  async handler(_args, context) {
    context.plan(await changeSpam(context, { enabled: false }));
  },
});
