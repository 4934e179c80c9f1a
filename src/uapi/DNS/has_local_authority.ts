import { defineUapi } from '../../core/define-uapi.ts';
import { lookAtAuthorities } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { domainName } from '../../ground/rules/accounts/names.ts';
import {
  assertFewDomains,
  authorityRow,
  authorityRows,
  MAX_AUTHORITY_DOMAINS,
} from '../../capabilities/dns/rules/local-authority.ts';

export default defineUapi({
  name: 'DNS::has_local_authority',
  since: 78,
  summary: 'Check whether this server is authoritative for domains.',
  description:
    'The server is authoritative if one of the domain’s nameservers in DNS has an IP address of this server. ' +
    `At most ${MAX_AUTHORITY_DOMAINS} domains per call.`,
  effect: 'reads',
  params: { domain: { ...domainName, required: true, list: true, doc: 'A domain. Repeatable.' } },
  returns: { list: authorityRow },
  examples: [
    { args: { domain: 'example.com' }, doc: 'Whether this server is authoritative for example.com.' },
  ],

  async look({ domain }, { machine }) {
    assertFewDomains(domain);
    return lookAtAuthorities(machine, domain);
  },

  handler: ({ domain }, { db }, found) => authorityRows(db, domain, found),
});
