import { defineApi2 } from '../../core/define-uapi.ts';
import * as accounts from '../../model/accounts/accounts.ts';
import { regexParam } from '../../model/domains/own-params.ts';
import { listMatching, readOwnDomains, subdomainFields, subdomainRow } from '../../model/domains/rows.ts';

export default defineApi2({
  name: 'SubDomain::listsubdomains',
  since: null,
  summary: 'List the account’s subdomains.',
  effect: 'reads',
  feature: 'subdomains',
  params: { regex: regexParam },
  returns: { fields: subdomainFields },
  examples: [{ args: {}, doc: 'All subdomains.' }],

  async handler({ regex }, { db, caller }) {
    const own = await readOwnDomains(db, await accounts.getOwn(db, caller));
    return (await listMatching(own, 'sub', regex)).map((one) => subdomainRow(own, one.domain));
  },
});
