import { defineUapi } from '../../core/define-uapi.ts';
import * as personal from '../../capabilities/accounts/rules/personalization/values.ts';

export default defineUapi({
  name: 'Personalization::get',
  since: 74,
  summary: 'Show values that Personalization::set has stored for the account.',
  effect: 'reads',
  params: {
    names: {
      ...personal.valueName,
      list: true,
      doc: 'The names of the values, as a JSON array or repeated. Default: all.',
    },
  },
  returns: { fields: { personalization: personal.personalization } },
  examples: [{ args: { names: 'coffee' }, doc: 'One value.' }],

  async handler({ names }, context) {
    personal.assertCount('names', names.length);
    const store = personal.UNNAMED;
    const values =
      names.length === 0 ? await personal.list(context, store) : await personal.get(context, store, names);
    return { personalization: personal.toPersonalization(values) };
  },
});
