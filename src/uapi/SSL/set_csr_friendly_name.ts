import { defineUapi } from '../../core/define-uapi.ts';
import {
  byIdOrName,
  FEATURE,
  newName,
  wantedItem,
} from '../../capabilities/certificates/rules/item-params.ts';
import * as items from '../../capabilities/certificates/rules/items.ts';

export default defineUapi({
  name: 'SSL::set_csr_friendly_name',
  since: 42,
  summary: 'Change the name of a stored signing request of the account.',
  feature: FEATURE,
  effect: 'changes',
  params: { ...wantedItem('signing request'), new_friendly_name: { ...newName, required: true } },
  oneOf: byIdOrName,
  emptyIsOmitted: true,
  returns: null,
  examples: [
    {
      args: { id: 'bob_example_d1a3f_8c2e0_0123456789abcdef0123456789abcdef', new_friendly_name: 'Shop' },
      doc: 'Another name.',
      fails: 'not_found',
    },
  ],

  async handler({ new_friendly_name: newName, ...wanted }, context) {
    const all = await items.listRequests(context.db, context.caller.user);
    await items.rename(context, items.requestKind, all, { wanted, newName });
  },
});
