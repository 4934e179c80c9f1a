import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../model/accounts/accounts.ts';
import { temporaryDomains } from '../../model/account-apis/names.ts';
import { httpsRedirects } from '../../model/domains/own-params.ts';
import { dataRow, readOwnDomains } from '../../model/domains/rows.ts';
import { askedStates } from '../../model/web/asked-redirect-states.ts';

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
    const names = [own.account.domain, ...own.hosted.map(({ domain }) => domain)];
    const stateOf = await askedStates(context, own, isAsked);
    const rows = await Promise.all(
      names.map(async (name) => ({ ...(await dataRow(db, own, name)), ...stateOf(name) })),
    );
    if (format === 'list') return rows;
    const ofType = (type: string) => rows.filter((row) => row.type === `${type}_domain`);
    return {
      main_domain: rows[0] ?? null,
      addon_domains: ofType('addon'),
      parked_domains: ofType('parked').map(({ domain }) => domain),
      sub_domains: ofType('sub'),
    };
  },
});
