import { defineUapi } from '../../core/define-uapi.ts';
import * as personal from '../../capabilities/accounts/rules/personalization/values.ts';

export default defineUapi({
  name: 'NVData::get',
  since: null,
  summary: 'List values that NVData::set or Personalization::set has stored for the account.',
  effect: 'reads',
  params: {
    names: {
      ...personal.valueName,
      list: true,
      doc: 'The names of the values, repeated or as a JSON array. Default: all.',
    },
  },
  returns: { list: personal.valueRow },
  examples: [{ args: { names: 'coffee' }, doc: 'One value.' }],

  async handler({ names }, context) {
    personal.assertCount('names', names.length);
    const store = personal.UNNAMED;
    return personal.toRows(
      names.length === 0 ? await personal.list(context, store) : await personal.get(context, store, names),
    );
  },
});
