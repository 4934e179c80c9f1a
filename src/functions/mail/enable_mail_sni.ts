import { getDomain } from '../../capabilities/domains/rules/hosted-domains.ts';
import {
  ALWAYS_ENABLED,
  enablingFields,
  failedDomains,
  ROLE,
} from '../../capabilities/mail/rules/sni-form.ts';
import { defineFunction } from '../../core/define.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';

export default defineFunction({
  name: 'enable_mail_sni',
  since: 48,
  summary: 'Set the mail services to use domains’ own certificates.',
  description: 'They always do, so the call changes nothing and says so in a warning.',
  access: ['ssl'],
  role: ROLE,
  effect: 'reads',
  params: {
    domain: {
      ...existingDomain,
      required: true,
      list: true,
      doc: 'A domain of an account. Repeatable: domain-1, domain-2.',
    },
  },
  returns: enablingFields,
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Changes nothing.',
      setUp: ['createacct'],
    },
  ],

  async handler({ domain: domains }, { db, caller, warn }) {
    warn(ALWAYS_ENABLED);
    const failed = await failedDomains(domains, (domain) => getDomain(db, caller, domain));
    return { updated_domains: {}, failed_domains: failed };
  },
});
