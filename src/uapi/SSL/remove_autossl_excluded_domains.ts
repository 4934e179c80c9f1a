import { defineUapi } from '../../core/define-uapi.ts';
import { quote } from '../../core/quote.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as exclusions from '../../capabilities/certificates/rules/autossl/exclusions.ts';

export default defineUapi({
  name: 'SSL::remove_autossl_excluded_domains',
  since: 66,
  summary: 'Exclude names of the account from AutoSSL no longer.',
  description:
    'The next check adds them to the certificate: the one of the night, or SSL::start_autossl_check.',
  effect: 'changes',
  role: 'WebServer',
  feature: 'autossl',
  params: { domains: { ...exclusions.excludedDomains, required: true } },
  returns: null,
  examples: [
    {
      args: { domains: 'mail.bob.example' },
      doc: 'Certificates with mail.bob.example again.',
      setUp: ['SSL::add_autossl_excluded_domains'],
    },
  ],

  async handler({ domains }, { db, caller, inform }) {
    const { username } = await accounts.getOwn(db, caller);
    const others = await exclusions.remove(db, username, exclusions.readNamed('domains', domains));
    if (others.length > 0) inform(`These names were not excluded: ${others.map(quote).join(', ')}.`);
  },
});
