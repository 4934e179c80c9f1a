import { ownSpam } from '../../capabilities/mail/plans/own-mail/spam.ts';
import { shown } from '../../capabilities/mail/rules/spam/preferences.ts';
import { preferenceFields, SPAM_FILTER, SPAM_ROLE } from '../../capabilities/mail/rules/spam/spam-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'SpamAssassin::get_user_preferences',
  since: 70,
  summary: 'Show what the account has set in SpamAssassin.',
  description: 'Options that it has not set are absent.',
  feature: SPAM_FILTER,
  role: SPAM_ROLE,
  effect: 'reads',
  params: {},
  returns: { fields: preferenceFields },
  examples: [{ args: {}, doc: 'The scores and addresses of the account.' }],

  handler: async (_args, context) => shown((await ownSpam(context)).preferences),
});
