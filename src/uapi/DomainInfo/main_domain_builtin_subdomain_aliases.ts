import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { temporaryDomains } from '../../capabilities/logins/rules/account-apis/names.ts';
import { readOwnDomains } from '../../capabilities/domains/rules/own-domains.ts';
import { folderRow } from '../../capabilities/domains/rules/rows.ts';

export default defineUapi({
  name: 'DomainInfo::main_domain_builtin_subdomain_aliases',
  since: 42,
  summary: 'List the prefixes under which the main domain is served as well.',

  effect: 'reads',

  params: { hide_temporary_domains: temporaryDomains },
  returns: { list: { type: 'string' }, doc: 'Such as “www” and “mail”.' },
  examples: [{ args: {}, doc: 'Such as www and mail.' }],

  async handler(_args, { db, caller }) {
    const own = await readOwnDomains(db, await accounts.getOwn(db, caller));
    return folderRow(own, own.account.domain).web_subdomain_aliases;
  },
});
