import { assertAvailable, assertForAll, changeSpam } from '../../capabilities/mail/plans/own-mail/spam.ts';
import { tenthsOf } from '../../capabilities/mail/rules/spam/preferences.ts';
import { SPAM_FILTER, SPAM_ROLE, spamAccountParam } from '../../capabilities/mail/rules/spam/spam-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::add_spam_filter',
  since: 42,
  summary: 'Delete spam from a score on.',
  description:
    'It acts while the spam filter is enabled. A message for addresses of this account alone is refused, so that its sender ' +
    'knows. One that also has other recipients is deleted without a word.',
  destructive: 'Mail that only looks like spam is lost.',
  feature: SPAM_FILTER,
  role: SPAM_ROLE,
  effect: 'operates',
  params: {
    required_score: {
      type: 'string',
      default: '5',
      maxLength: 8,
      doc: 'The score: from 0.1 to 999. Mail is spam from the preference required_score on, 5 by default.',
    },
    account: spamAccountParam,
  },
  returns: null,
  examples: [{ args: { required_score: '8' }, doc: 'Delete what has a score of 8 or more.' }],

  async handler({ account, required_score }, context) {
    await assertAvailable(context);
    await assertForAll(context, account);
    const deleteScore = tenthsOf('required_score', required_score);
    context.plan(await changeSpam(context, { deleteScore }));
  },
});
