import { defineApi2 } from '../../core/define-uapi.ts';
import * as accounts from '../../model/accounts/accounts.ts';
import { listOf } from '../../model/domains/hosted-domains.ts';

export default defineApi2({
  name: 'DomainLookup::getbasedomains',
  since: null,
  summary: 'List the account’s main domain and its addon and parked domains.',
  effect: 'reads',
  params: {},
  returns: { fields: { domain: { type: 'string', doc: 'A domain that is not a subdomain.' } } },
  examples: [{ args: {}, doc: 'The domains.' }],

  async handler(_args, { db, caller }) {
    const { username, domain } = await accounts.getOwn(db, caller);
    const hosted = await listOf(db, username);
    const others = hosted.filter(({ type }) => type !== 'sub').map((one) => one.domain);
    return [domain, ...others].map((name) => ({ domain: name }));
  },
});
