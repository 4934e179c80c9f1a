import { defineUapi } from '../../core/define-uapi.ts';
import { requestAnswer, requestFields } from '../../capabilities/certificates/rules/item-answers.ts';
import { byIdOrName, FEATURE, wantedItem } from '../../capabilities/certificates/rules/item-params.ts';
import * as items from '../../capabilities/certificates/rules/items.ts';

export default defineUapi({
  name: 'SSL::find_csrs_for_key',
  since: 42,
  summary: 'List the signing requests that were generated with a key of the account.',
  feature: FEATURE,
  effect: 'reads',
  params: wantedItem('key'),
  oneOf: byIdOrName,
  emptyIsOmitted: true,
  returns: { list: { fields: requestFields } },
  examples: [
    {
      args: { friendly_name: 'Shop 2027' },
      doc: 'The signing requests of a key.',
      setUp: ['SSL::generate_key'],
    },
  ],

  async handler(wanted, context) {
    const { user } = context.caller;
    const { id } = items.find(items.keyKind, await items.listKeys(context, user), wanted);
    const all = await items.listRequests(context.db, user);
    return all.filter(({ keyId }) => keyId === id).map(requestAnswer);
  },
});
