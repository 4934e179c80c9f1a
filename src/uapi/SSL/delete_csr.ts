import { defineUapi } from '../../core/define-uapi.ts';
import { requestAnswer, requestFields } from '../../capabilities/certificates/rules/item-answers.ts';
import { byIdOrName, FEATURE, wantedItem } from '../../capabilities/certificates/rules/item-params.ts';
import * as items from '../../capabilities/certificates/rules/items.ts';

export default defineUapi({
  name: 'SSL::delete_csr',
  since: 42,
  summary: 'Delete a stored signing request of the account.',
  description: 'Its key stays.',
  destructive: 'Generate another one with the same key if you need it again.',
  feature: FEATURE,
  effect: 'changes',
  params: wantedItem('signing request'),
  oneOf: byIdOrName,
  emptyIsOmitted: true,
  returns: { list: { fields: requestFields }, doc: 'One row: the deleted signing request.' },
  examples: [
    {
      args: { id: 'bob_example_d1a3f_8c2e0_0123456789abcdef0123456789abcdef' },
      doc: 'Delete a signing request.',
      fails: 'not_found',
    },
  ],

  async handler(wanted, context) {
    const item = items.find(
      items.requestKind,
      await items.listRequests(context.db, context.caller.user),
      wanted,
    );
    await items.remove(context, items.requestKind, item);
    return [requestAnswer(item)];
  },
});
