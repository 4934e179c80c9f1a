import { defineUapi } from '../../core/define-uapi.ts';
import * as personal from '../../capabilities/accounts/rules/personalization/values.ts';

export default defineUapi({
  name: 'NVData::set',
  since: null,
  summary: 'Set values that the server keeps for the account from one session to the next.',
  description:
    'Each value is an argument with its name. Values that the call does not name stay as they are. An account can have ' +
    `${personal.MAX_VALUES} values, together with those of Personalization::set. They are removed with the account.`,
  effect: 'changes',
  params: {
    names: {
      ...personal.valueName,
      list: true,
      required: true,
      doc: 'The names of the values, repeated or as a JSON array.',
    },
  },
  rest: personal.namedValues,
  returns: { list: personal.valueRow },
  examples: [
    { args: { names: 'coffee', coffee: 'hot' }, doc: 'Store a value.' },
    { args: { names: ['coffee', 'milk'], coffee: 'hot', milk: 'cold' }, doc: 'Store two values.' },
  ],

  async handler({ names, rest }, context) {
    personal.assertNamed(names, rest);
    const values = personal.readNamedValues(rest);
    await personal.put(context, personal.UNNAMED, values);
    return personal.toRows(values);
  },
});
