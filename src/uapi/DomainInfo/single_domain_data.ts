import { defineUapi } from '../../core/define-uapi.ts';
import { siteData, siteDataFields } from '../../capabilities/web/driver/virtual-hosts/site-data.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { temporaryDomains } from '../../capabilities/logins/rules/account-apis/names.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { assertOwn, httpsRedirects } from '../../capabilities/domains/rules/own-params.ts';
import { readOwnDomains } from '../../capabilities/domains/rules/own-domains.ts';
import { dataFields, dataRows } from '../../capabilities/domains/rules/rows.ts';
import { askedStates, stateFields } from '../../capabilities/web/rules/asked-redirect-states.ts';

export default defineUapi({
  name: 'DomainInfo::single_domain_data',
  since: 42,
  summary: 'Show the document root and the virtual host of a domain of the account.',

  effect: 'reads',

  params: {
    domain: { ...existingDomain, required: true, doc: 'The domain.' },
    hide_temporary_domains: temporaryDomains,
    return_https_redirect_status: httpsRedirects,
  },
  returns: { fields: { ...dataFields, ...siteDataFields, ...stateFields } },
  examples: [{ args: { domain: 'bob.example' }, doc: 'The main domain.' }],

  async handler({ domain, return_https_redirect_status: isAsked }, context) {
    const { db, caller } = context;
    const own = await readOwnDomains(db, await accounts.getOwn(db, caller));
    assertOwn(own, 'domain', domain);
    const row = {
      ...(await dataRows(db, own))(domain),
      ...siteData(own.account, own.hostOf(domain)),
    };
    if (!isAsked) return row;
    const stateOf = await askedStates(context, own, isAsked);
    return { ...row, ...stateOf(domain) };
  },
});
