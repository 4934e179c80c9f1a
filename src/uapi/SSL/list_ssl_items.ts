import { defineUapi } from '../../core/define-uapi.ts';
import {
  itemTypesParam,
  itemDomainsParam,
  listHosts,
} from '../../capabilities/certificates/rules/item-hosts.ts';
import { FEATURE } from '../../capabilities/certificates/rules/item-params.ts';

export default defineUapi({
  name: 'SSL::list_ssl_items',
  since: 42,
  summary: 'List the stored keys, signing requests or certificates of the account by their domains.',
  description:
    'The domain of a key is that of its newest certificate, or else of its newest signing request, or else its name.',
  feature: FEATURE,
  effect: 'reads',
  params: { item: { ...itemTypesParam, default: 'key' }, domains: itemDomainsParam },
  emptyIsOmitted: true,
  returns: {
    list: {
      fields: {
        type: { type: 'string', doc: 'key, csr (a signing request) or crt (a certificate).' },
        host: { type: 'string', doc: 'The domain.' },
        id: { type: 'string', doc: 'The ID.' },
      },
    },
  },
  examples: [{ args: { item: 'key|crt', domains: 'bob.example' }, doc: 'What there is for one domain.' }],

  handler: ({ item, domains }, context) => listHosts(context, item, domains),
});
