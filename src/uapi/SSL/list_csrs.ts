import { defineUapi } from '../../core/define-uapi.ts';
import { requestAnswer, requestFields } from '../../capabilities/certificates/rules/item-answers.ts';
import { FEATURE } from '../../capabilities/certificates/rules/item-params.ts';
import * as items from '../../capabilities/certificates/rules/items.ts';

export default defineUapi({
  name: 'SSL::list_csrs',
  since: 42,
  summary: 'List the stored signing requests of the account.',
  feature: FEATURE,
  effect: 'reads',
  params: {},
  returns: { list: { fields: requestFields } },
  examples: [{ args: {}, doc: 'All signing requests.' }],

  handler: async (_args, context) =>
    (await items.listRequests(context.db, context.caller.user)).map(requestAnswer),
});
