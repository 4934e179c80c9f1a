import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { temporaryDomains } from '../../capabilities/logins/rules/account-apis/names.ts';

export default defineUapi({
  name: 'DomainInfo::primary_domain',
  since: 42,
  summary: 'Show the account’s main domain.',

  effect: 'reads',

  params: { hide_temporary_domains: temporaryDomains },
  returns: { fields: { primary_domain: { type: 'string', doc: 'The main domain.' } } },
  examples: [{ args: {}, doc: 'The main domain.' }],

  async handler(_args, { db, caller }) {
    return { primary_domain: (await accounts.getOwn(db, caller)).domain };
  },
});
