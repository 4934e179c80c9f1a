import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as exclusions from '../../capabilities/certificates/rules/autossl/exclusions.ts';

export default defineUapi({
  name: 'SSL::set_autossl_excluded_domains',
  since: 66,
  summary: 'Set which names of the account AutoSSL excludes.',
  description: 'The names replace those that were excluded before. Without “domains”, no name is excluded.',
  effect: 'changes',
  role: 'WebServer',
  feature: 'autossl',
  params: { domains: { ...exclusions.excludedDomains, default: '' } },
  returns: null,
  examples: [{ args: { domains: 'mail.bob.example' }, doc: 'Exclude mail.bob.example, and no other name.' }],

  async handler({ domains }, { db, caller }) {
    await exclusions.set(db, await accounts.getOwn(db, caller), exclusions.readExcluded(domains));
  },
});
