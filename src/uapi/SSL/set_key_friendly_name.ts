import { defineUapi } from '../../core/define-uapi.ts';
import {
  byIdOrName,
  FEATURE,
  newName,
  wantedItem,
} from '../../capabilities/certificates/rules/item-params.ts';
import * as items from '../../capabilities/certificates/rules/items.ts';

export default defineUapi({
  name: 'SSL::set_key_friendly_name',
  since: 42,
  summary: 'Change the name of a stored private key of the account.',
  feature: FEATURE,
  effect: 'changes',
  params: { ...wantedItem('key'), new_friendly_name: { ...newName, required: true } },
  oneOf: byIdOrName,
  emptyIsOmitted: true,
  returns: null,
  examples: [
    {
      args: { friendly_name: 'Shop 2027', new_friendly_name: 'Shop' },
      doc: 'Another name.',
      setUp: ['SSL::generate_key'],
    },
  ],

  async handler({ new_friendly_name: newName, ...wanted }, context) {
    const all = await items.listKeys(context, context.caller.user);
    await items.rename(context, items.keyKind, all, { wanted, newName });
  },
});
