import { defineFunction } from '../../core/define.ts';
import { domainName } from '../../ground/rules/accounts/names.ts';
import * as orders from '../../capabilities/certificates/rules/autossl/orders.ts';

export default defineFunction({
  name: 'get_autossl_pending_queue_for_domain',
  since: 68,
  summary: 'Show the order of AutoSSL that is pending for a domain.',
  access: 'root',
  effect: 'reads',
  params: { domain: { ...domainName, required: true, doc: 'The domain, as a name of a certificate.' } },
  returns: {
    queue_by_domain: { list: { fields: orders.queueFields }, doc: 'The order, if there is one.' },
  },
  list: 'queue_by_domain',
  examples: [{ args: { domain: 'www.bob.example' }, doc: 'Whether a certificate is on its way.' }],

  async handler({ domain }, { db }) {
    const rows = orders.queueRows(await orders.list(db));
    return { queue_by_domain: rows.filter((row) => row.domain === domain) };
  },
});
