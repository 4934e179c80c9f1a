import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { temporaryDomains } from '../../capabilities/logins/rules/account-apis/names.ts';
import { readOwnDomains } from '../../capabilities/domains/rules/own-domains.ts';

export default defineUapi({
  name: 'DomainLookup::getbasedomains',
  since: 138,
  summary: 'List the account’s main domain and its addon and parked domains.',

  effect: 'reads',

  params: { return_temporary_domain: temporaryDomains },
  returns: { list: { fields: { domain: { type: 'string', doc: 'A domain that is not a subdomain.' } } } },
  examples: [{ args: {}, doc: 'The domains.' }],

  async handler(_args, { db, caller }) {
    const own = await readOwnDomains(db, await accounts.getOwn(db, caller));
    const others = own.hosted.filter(({ type }) => type !== 'sub').map(({ domain }) => domain);
    return [own.account.domain, ...others].map((domain) => ({ domain }));
  },
});
