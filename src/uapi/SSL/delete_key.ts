import { defineUapi } from '../../core/define-uapi.ts';
import { keyItemAnswer, keyItemFields } from '../../capabilities/certificates/rules/item-answers.ts';
import { byIdOrName, FEATURE, wantedItem } from '../../capabilities/certificates/rules/item-params.ts';
import * as items from '../../capabilities/certificates/rules/items.ts';

export default defineUapi({
  name: 'SSL::delete_key',
  since: 42,
  summary: 'Delete a stored private key of the account.',
  description:
    'A key of an installed certificate cannot be deleted. Its other certificates and signing requests stay, but are of no use without it.',
  destructive:
    'Nobody can restore a private key. Certificates that were issued for it can no longer be installed here, unless you upload it again.',
  feature: FEATURE,
  effect: 'changes',
  params: wantedItem('key'),
  oneOf: byIdOrName,
  emptyIsOmitted: true,
  returns: { list: { fields: keyItemFields }, doc: 'One row: the deleted key.' },
  examples: [
    {
      args: { friendly_name: 'Shop 2027' },
      doc: 'Delete a key.',
      setUp: ['SSL::generate_key'],
    },
  ],

  async handler(wanted, context) {
    const item = items.find(items.keyKind, await items.listKeys(context, context.caller.user), wanted);
    await items.assertNotInstalled(context, { keyId: item.id });
    await items.remove(context, items.keyKind, item);
    return [keyItemAnswer(item)];
  },
});
