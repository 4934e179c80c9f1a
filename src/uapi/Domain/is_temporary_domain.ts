import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { assertOwn } from '../../capabilities/domains/rules/own-params.ts';
import { readOwnDomains } from '../../capabilities/domains/rules/own-domains.ts';

export default defineUapi({
  name: 'Domain::is_temporary_domain',
  since: 130,
  summary: 'Check whether a domain of the account is a temporary one.',
  description: 'This server has no temporary domains, so the response is 0 for each domain of the account.',
  effect: 'reads',
  params: { domain: { ...existingDomain, required: true, doc: 'A domain of the account.' } },
  returns: { type: 'flag', doc: 'Always 0.' },
  examples: [{ args: { domain: 'bob.example' }, doc: 'The main domain.' }],

  async handler({ domain }, { db, caller }) {
    assertOwn(await readOwnDomains(db, await accounts.getOwn(db, caller)), 'domain', domain);
    return 0;
  },
});
