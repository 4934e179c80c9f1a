import { defineApi2 } from '../../core/define-uapi.ts';
import {
  itemDomainsParam,
  itemTypesParam,
  listHosts,
} from '../../capabilities/certificates/rules/item-hosts.ts';
import { FEATURE } from '../../capabilities/certificates/rules/item-params.ts';

export default defineApi2({
  name: 'SSL::listsslitems',
  since: null,
  summary: 'List which keys, signing requests and certificates the account has stored for its domains.',
  feature: FEATURE,
  effect: 'reads',
  params: { items: { ...itemTypesParam, default: 'key|csr|crt' }, domains: itemDomainsParam },
  emptyIsOmitted: true,
  returns: {
    fields: {
      type: { type: 'string', doc: 'key, csr (a signing request) or crt (a certificate).' },
      host: { type: 'string', doc: 'The domain; empty if it has none.' },
    },
  },
  examples: [{ args: { items: 'key|crt', domains: 'bob.example' }, doc: 'What there is for one domain.' }],

  handler: async ({ items, domains }, context) =>
    (await listHosts(context, items, domains)).map(({ type, host }) => ({ type, host })),
});
