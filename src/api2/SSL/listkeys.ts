import { defineApi2 } from '../../core/define-uapi.ts';
import { listHosts } from '../../capabilities/certificates/rules/item-hosts.ts';
import { FEATURE } from '../../capabilities/certificates/rules/item-params.ts';

export default defineApi2({
  name: 'SSL::listkeys',
  since: null,
  summary: 'List the domains of the account’s stored keys.',
  description:
    'The domain of a key is that of its newest certificate, or else of its newest signing request, or else its name.',
  feature: FEATURE,
  effect: 'reads',
  params: {},
  returns: { fields: { host: { type: 'string', doc: 'The domain; empty if it has none.' } } },
  examples: [{ args: {}, doc: 'All keys.' }],

  handler: async (_args, context) =>
    (await listHosts(context, 'key', undefined)).map(({ host }) => ({ host })),
});
