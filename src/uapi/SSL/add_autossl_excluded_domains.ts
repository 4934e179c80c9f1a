import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as exclusions from '../../capabilities/certificates/rules/autossl/exclusions.ts';

export default defineUapi({
  name: 'SSL::add_autossl_excluded_domains',
  since: 66,
  summary: 'Exclude more names of the account from AutoSSL.',
  description:
    'The next certificate does not have them; the present one stays. Each name counts on its own: without ' +
    '“bob.example”, the certificate still has “www.bob.example”.',
  effect: 'changes',
  feature: 'autossl',
  params: { domains: { ...exclusions.excludedDomains, required: true } },
  returns: null,
  examples: [{ args: { domains: 'mail.bob.example' }, doc: 'Certificates without mail.bob.example.' }],

  async handler({ domains }, { db, caller }) {
    await exclusions.add(db, await accounts.getOwn(db, caller), exclusions.readNamed('domains', domains));
  },
});
