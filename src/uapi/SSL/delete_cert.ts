import { defineUapi } from '../../core/define-uapi.ts';
import {
  certificateItemAnswer,
  certificateItemFields,
} from '../../capabilities/certificates/rules/item-answers.ts';
import { byIdOrName, FEATURE, wantedItem } from '../../capabilities/certificates/rules/item-params.ts';
import * as items from '../../capabilities/certificates/rules/items.ts';
import * as stored from '../../capabilities/certificates/rules/stored.ts';

export default defineUapi({
  name: 'SSL::delete_cert',
  since: 42,
  summary: 'Delete a stored certificate of the account.',
  description: 'An installed certificate cannot be deleted: install another one first. Its key stays.',
  destructive: 'Upload it again if you need it.',
  feature: FEATURE,
  effect: 'changes',
  params: wantedItem('certificate'),
  oneOf: byIdOrName,
  emptyIsOmitted: true,
  returns: { list: { fields: certificateItemFields }, doc: 'One row: the deleted certificate.' },
  examples: [
    {
      args: { id: 'bob_example_d1a3f_8c2e0_1798761600_0123456789abcdef0123456789abcdef' },
      doc: 'Delete a certificate.',
      fails: 'not_found',
    },
  ],

  async handler(wanted, context) {
    const item = items.find(
      items.certificateKind,
      await stored.listOf(context.db, context.caller.user),
      wanted,
    );
    await items.assertNotInstalled(context, { certificateId: item.id });
    await items.remove(context, items.certificateKind, item);
    return [certificateItemAnswer(item)];
  },
});
