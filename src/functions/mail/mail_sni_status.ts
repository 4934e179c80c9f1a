import { getDomain } from '../../capabilities/domains/rules/hosted-domains.ts';
import { enabledField, ROLE } from '../../capabilities/mail/rules/sni-form.ts';
import { defineFunction } from '../../core/define.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';

export default defineFunction({
  name: 'mail_sni_status',
  since: 48,
  summary: 'Check whether the mail services use a domain’s own certificate.',
  access: ['ssl-info', 'ssl'],
  role: ROLE,
  effect: 'reads',
  params: { domain: { ...existingDomain, required: true, doc: 'A domain of an account.' } },
  returns: { enabled: enabledField },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Answers 1.',
      setUp: ['createacct'],
    },
  ],

  async handler({ domain }, { db, caller }) {
    await getDomain(db, caller, domain);
    return { enabled: 1 };
  },
});
