import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../model/accounts/accounts.ts';
import { httpsRedirects, regexParam } from '../../model/domains/own-params.ts';
import { listMatching, readOwnDomains, subdomainFields, subdomainRow } from '../../model/domains/rows.ts';

export default defineUapi({
  name: 'SubDomain::listsubdomains',
  since: 138,
  summary: 'List the account’s subdomains.',
  effect: 'reads',
  feature: 'subdomains',
  params: { regex: regexParam, return_https_redirect_status: httpsRedirects },
  returns: { list: { fields: subdomainFields } },
  examples: [{ args: {}, doc: 'All subdomains.' }],

  async handler({ regex }, { db, caller }) {
    const own = await readOwnDomains(db, await accounts.getOwn(db, caller));
    return (await listMatching(own, 'sub', regex)).map((one) => subdomainRow(own, one.domain));
  },
});
