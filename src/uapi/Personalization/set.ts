import { defineUapi } from '../../core/define-uapi.ts';
import * as personal from '../../capabilities/accounts/rules/personalization/values.ts';

export default defineUapi({
  name: 'Personalization::set',
  since: 74,
  summary: 'Set values that the server keeps for the account from one session to the next.',
  description:
    `Values that the call does not name stay as they are. An account can have ${personal.MAX_VALUES} values. They are ` +
    'removed with the account.',
  effect: 'changes',
  params: {
    personalization: {
      type: 'json',
      required: true,
      doc:
        'The values to store, as a JSON object of names and texts, each at most 2048 characters, such as ' +
        '{"coffee":"hot"}. null removes a value.',
    },
  },
  returns: { fields: { personalization: personal.personalization } },
  examples: [
    { args: { personalization: '{"coffee":"hot","milk":null}' }, doc: 'Store a value, and remove another.' },
  ],

  async handler({ personalization }, context) {
    const values = personal.readValues(personalization);
    await personal.put(context, personal.UNNAMED, values);
    return { personalization: personal.toPersonalization(values) };
  },
});
