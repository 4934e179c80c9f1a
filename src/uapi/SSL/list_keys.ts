import { defineUapi } from '../../core/define-uapi.ts';
import { keyItemAnswer, keyItemFields } from '../../model/certificates/item-answers.ts';
import { FEATURE } from '../../model/certificates/item-params.ts';
import * as items from '../../model/certificates/items.ts';

export default defineUapi({
  name: 'SSL::list_keys',
  since: 42,
  summary: 'List the stored private keys of the account.',
  feature: FEATURE,
  effect: 'reads',
  params: {},
  returns: { list: { fields: keyItemFields } },
  examples: [{ args: {}, doc: 'All keys.' }],

  handler: async (_args, context) => (await items.listKeys(context, context.caller.user)).map(keyItemAnswer),
});
