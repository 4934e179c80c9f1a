import { defineApi2 } from '../../core/define-uapi.ts';
import { listHosts } from '../../capabilities/certificates/rules/item-hosts.ts';
import { FEATURE } from '../../capabilities/certificates/rules/item-params.ts';

export default defineApi2({
  name: 'SSL::listcsrs',
  since: null,
  summary: 'List the domains of the account’s stored signing requests.',
  description: 'Each has a row.',
  feature: FEATURE,
  effect: 'reads',
  params: {},
  returns: { fields: { host: { type: 'string', doc: 'The domain; empty if it has none.' } } },
  examples: [{ args: {}, doc: 'All signing requests.' }],

  handler: async (_args, context) =>
    (await listHosts(context, 'csr', undefined)).map(({ host }) => ({ host })),
});
