import { changePreference } from '../../capabilities/mail/plans/own-mail/spam.ts';
import { preferenceNames, shown } from '../../capabilities/mail/rules/spam/preferences.ts';
import { preferenceFields, SPAM_FILTER, SPAM_ROLE } from '../../capabilities/mail/rules/spam/spam-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'SpamAssassin::update_user_preference',
  since: 70,
  summary: 'Set an option of SpamAssassin for the account.',
  description:
    'The values replace those that the option had. Without values, it is as if it had never been set. SpamAssassin uses ' +
    'them with the next message. Rules of an account’s own are not accepted.',
  feature: SPAM_FILTER,
  role: SPAM_ROLE,
  effect: 'operates',
  params: {
    preference: {
      type: 'string',
      required: true,
      maxLength: 64,
      doc: `The option: ${preferenceNames.join(', ')}.`,
    },
    value: {
      type: 'string',
      list: true,
      maxLength: 320,
      doc:
        'Its values: a number for required_score, “TEST SCORE” for score, and otherwise an email address or a pattern such ' +
        'as *@example.org.',
    },
  },
  returns: { fields: preferenceFields },
  examples: [
    {
      args: { preference: 'whitelist_from', value: ['ann@example.org', '*@example.net'] },
      doc: 'Never treat their mail as spam.',
    },
    { args: { preference: 'required_score', value: '4.5' }, doc: 'Call mail spam from a score of 4.5 on.' },
  ],

  async handler({ preference, value }, context) {
    const values = value.filter((one) => one !== '');
    const { plan, preferences } = await changePreference(context, preference, values);
    context.plan(plan);
    return shown(preferences);
  },
});
