import { defineFunction } from '../../core/define.ts';
import * as personal from '../../capabilities/accounts/rules/personalization/values.ts';

export default defineFunction({
  name: 'personalization_set',
  since: 74,
  summary: 'Set values that the server keeps for the caller from one session to the next.',
  description:
    `Values that the call does not name stay as they are. A user can have ${personal.MAX_VALUES} values in all stores. ` +
    'They are removed with the user.',
  access: 'any',
  effect: 'changes',
  params: {
    personalization: {
      type: 'json',
      required: true,
      doc:
        'The values to store, as a JSON object of names and texts, each at most 2048 characters, such as ' +
        '{"coffee":"hot"}. null removes a value.',
    },
    store: personal.storeName,
  },
  returns: { personalization: personal.personalization },
  examples: [
    {
      args: {},
      input: { store: 'beverages', personalization: { coffee: 'hot', milk: 'cold' } },
      doc: 'Store two values in the store “beverages”.',
    },
    {
      args: { store: 'beverages', personalization: '{"milk":null}' },
      doc: 'Remove the value of “milk”.',
    },
  ],

  async handler({ personalization, store = personal.UNNAMED }, context) {
    const values = personal.readValues(personalization);
    await personal.put(context, store, values);
    return { personalization: personal.toPersonalization(values) };
  },
});
