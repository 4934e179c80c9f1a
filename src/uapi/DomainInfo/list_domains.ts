import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { listOf } from '../../capabilities/domains/rules/hosted-domains.ts';
import { temporaryDomains } from '../../capabilities/logins/rules/account-apis/names.ts';

export default defineUapi({
  name: 'DomainInfo::list_domains',
  since: 42,
  summary: 'List the account’s domains by type.',
  effect: 'reads',
  params: { hide_temporary_domains: temporaryDomains },
  returns: {
    fields: {
      main_domain: { type: 'string', doc: 'The account’s main domain.' },
      addon_domains: { list: { type: 'string' }, doc: 'Its addon domains.' },
      parked_domains: { list: { type: 'string' }, doc: 'The aliases of its main domain.' },
      sub_domains: { list: { type: 'string' }, doc: 'Its subdomains.' },
    },
  },
  examples: [{ args: {}, doc: 'All domains.' }],

  async handler(_args, { db, caller }) {
    const { username, domain } = await accounts.getOwn(db, caller);
    const hosted = await listOf(db, username);
    const ofType = (type: string) => hosted.filter((one) => one.type === type).map((one) => one.domain);
    return {
      main_domain: domain,
      addon_domains: ofType('addon'),
      parked_domains: ofType('parked'),
      sub_domains: ofType('sub'),
    };
  },
});
