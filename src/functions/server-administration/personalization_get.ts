import { defineFunction } from '../../core/define.ts';
import * as personal from '../../capabilities/accounts/rules/personalization/values.ts';

export default defineFunction({
  name: 'personalization_get',
  since: 74,
  summary: 'Show settings that personalization_set has stored for the caller.',
  description: 'Every user has values of their own, which no other user sees.',
  access: 'any',
  effect: 'reads',
  params: {
    names: {
      ...personal.valueName,
      list: true,
      doc: 'The names of the values, as a JSON array or repeated. Default: all names in the store.',
    },
    store: personal.storeName,
  },
  returns: { personalization: personal.personalization },
  examples: [
    {
      args: {},
      input: { store: 'beverages', names: ['coffee', 'milk'] },
      doc: 'Two values of the store “beverages”.',
    },
    { args: { store: 'beverages', names: 'coffee' }, doc: 'One value, without JSON.' },
    { args: { store: 'beverages' }, doc: 'All values of the store.' },
  ],

  async handler({ names, store = personal.UNNAMED }, context) {
    personal.assertCount('names', names.length);
    const values =
      names.length === 0 ? await personal.list(context, store) : await personal.get(context, store, names);
    return { personalization: personal.toPersonalization(values) };
  },
});
