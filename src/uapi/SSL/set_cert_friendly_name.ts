import { defineUapi } from '../../core/define-uapi.ts';
import {
  byIdOrName,
  FEATURE,
  newName,
  wantedItem,
} from '../../capabilities/certificates/rules/item-params.ts';
import * as items from '../../capabilities/certificates/rules/items.ts';
import * as stored from '../../capabilities/certificates/rules/stored.ts';

export default defineUapi({
  name: 'SSL::set_cert_friendly_name',
  since: 42,
  summary: 'Change the name of a stored certificate of the account.',
  feature: FEATURE,
  effect: 'changes',
  params: { ...wantedItem('certificate'), new_friendly_name: { ...newName, required: true } },
  oneOf: byIdOrName,
  emptyIsOmitted: true,
  returns: null,
  examples: [
    {
      args: {
        id: 'bob_example_d1a3f_8c2e0_1798761600_0123456789abcdef0123456789abcdef',
        new_friendly_name: 'Shop',
      },
      doc: 'Another name.',
      fails: 'not_found',
    },
  ],

  async handler({ new_friendly_name: newName, ...wanted }, context) {
    const all = await stored.listOf(context.db, context.caller.user);
    await items.rename(context, items.certificateKind, all, { wanted, newName });
  },
});
