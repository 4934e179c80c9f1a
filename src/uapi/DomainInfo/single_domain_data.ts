import { defineUapi } from '../../core/define-uapi.ts';
import { siteData, siteDataFields } from '../../drivers/virtual-hosts/site-data.ts';
import * as accounts from '../../model/accounts/accounts.ts';
import { temporaryDomains } from '../../model/account-apis/names.ts';
import { existingDomain } from '../../model/accounts/names.ts';
import { assertOwn, httpsRedirects } from '../../model/domains/own-params.ts';
import { readOwnDomains } from '../../model/domains/own-domains.ts';
import { dataFields, dataRows } from '../../model/domains/rows.ts';
import { askedStates, stateFields } from '../../model/web/asked-redirect-states.ts';

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
