import { defineApi2 } from '../../core/define-uapi.ts';
import * as personal from '../../capabilities/accounts/rules/personalization/values.ts';

export default defineApi2({
  name: 'NVData::setall',
  since: null,
  summary: 'Set values that the server keeps for the account, each argument one of them.',
  description:
    'Values that the call does not name stay as they are. NVData::set does the same with a list of the names.',
  effect: 'changes',
  params: {},
  rest: personal.namedValues,
  returns: personal.valueRow,
  examples: [{ args: { coffee: 'hot', milk: 'cold' }, doc: 'Store two values.' }],

  async handler({ rest }, context) {
    const values = personal.readNamedValues(rest);
    await personal.put(context, personal.UNNAMED, values);
    return personal.toRows(values);
  },
});
