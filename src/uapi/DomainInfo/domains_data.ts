import { defineUapi } from '../../core/define-uapi.ts';
import { siteData } from '../../capabilities/web/driver/virtual-hosts/site-data.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { temporaryDomains } from '../../capabilities/logins/rules/account-apis/names.ts';
import type { HostedDomain } from '../../capabilities/domains/rules/hosted-domains.ts';
import { httpsRedirects } from '../../capabilities/domains/rules/own-params.ts';
import { readOwnDomains } from '../../capabilities/domains/rules/own-domains.ts';
import { dataRows } from '../../capabilities/domains/rules/rows.ts';
import { askedStates } from '../../capabilities/web/rules/asked-redirect-states.ts';

export default defineUapi({
  name: 'DomainInfo::domains_data',
  since: 42,
  summary: 'Show the document roots and virtual hosts of all domains of the account.',

  effect: 'reads',

  params: {
    format: {
      type: 'string',
      values: ['hash', 'list'],
      default: 'hash',
      doc: '“hash”: the domains by type. “list”: one list of all.',
    },
    hide_temporary_domains: temporaryDomains,
    return_https_redirects_status: httpsRedirects,
  },
  returns: {
    type: 'any',
    doc: 'As a list, or as a hash of main_domain, addon_domains, parked_domains and sub_domains. Parked domains are only names in the hash.',
  },
  examples: [{ args: { format: 'list' }, doc: 'All domains as one list.' }],

  async handler({ format, return_https_redirects_status: isAsked }, context) {
    const { db, caller } = context;
    const own = await readOwnDomains(db, await accounts.getOwn(db, caller));
    const stateOf = await askedStates(context, own, isAsked);
    const rowOf = await dataRows(db, own);
    const row = (name: string) => ({
      ...rowOf(name),
      ...siteData(own.account, own.hostOf(name)),
      ...stateOf(name),
    });
    const names = [own.account.domain, ...own.hosted.map(({ domain }) => domain)];
    if (format === 'list') return names.map(row);
    const ofType = (type: HostedDomain['type']) =>
      own.hosted.filter((one) => one.type === type).map(({ domain }) => domain);
    return {
      main_domain: row(own.account.domain),
      addon_domains: ofType('addon').map(row),
      parked_domains: ofType('parked'),
      sub_domains: ofType('sub').map(row),
    };
  },
});
