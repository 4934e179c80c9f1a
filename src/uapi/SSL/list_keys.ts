import { defineUapi } from '../../core/define-uapi.ts';
import { keyItemAnswer, keyItemFields } from '../../capabilities/certificates/rules/item-answers.ts';
import { FEATURE } from '../../capabilities/certificates/rules/item-params.ts';
import * as items from '../../capabilities/certificates/rules/items.ts';

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
