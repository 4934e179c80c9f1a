import { defineUapi } from '../../core/define-uapi.ts';
import { lookAtAddresses } from '../../capabilities/dns/driver/zones/look-zones.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { placesOf } from '../../capabilities/dns/rules/local-addresses.ts';
import { assertFewDomains } from '../../capabilities/dns/rules/local-authority.ts';
import { ownHostOf } from '../../capabilities/domains/rules/own-params.ts';

export default defineUapi({
  name: 'DNS::ensure_domains_reside_only_locally',
  since: 56,
  summary: 'Check whether domains of the account lead to this server alone.',
  description: 'The addresses are looked up in DNS, as visitors do. At most 20 domains per call.',
  effect: 'reads',
  params: {
    domain: { ...existingDomain, required: true, list: true, doc: 'A domain of the account. Repeatable.' },
  },
  returns: {
    list: { type: 'string|null' },
    doc: 'For each domain: null if it leads to this server alone, or else where it leads.',
  },
  examples: [{ args: { domain: ['bob.example'] }, doc: 'Where bob.example leads.' }],

  async look({ domain: domains }, { caller, machine, transaction }) {
    assertFewDomains(domains);
    await transaction('reads', async (db) => {
      const account = await accounts.getOwn(db, caller);
      for (const domain of domains) await ownHostOf(db, account, 'domain', domain.toLowerCase());
    });
    return lookAtAddresses(machine, domains);
  },

  handler: ({ domain }, { db }, found) => placesOf(db, domain, found),
});
