import { ownSiteOf } from '../../capabilities/domains/rules/own-params.ts';
import { enabledField, ROLE } from '../../capabilities/mail/rules/sni-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';

export default defineUapi({
  name: 'SSL::mail_sni_status',
  since: 48,
  summary: 'Check whether mail services use the certificate of a domain of the account.',
  effect: 'reads',
  role: ROLE,
  params: { domain: { ...existingDomain, required: true, doc: 'The domain.' } },
  returns: { fields: { enabled: enabledField } },
  examples: [{ args: { domain: 'bob.example' }, doc: 'Answers 1.' }],

  async handler({ domain }, { db, caller }) {
    await ownSiteOf(db, caller, 'domain', domain);
    return { enabled: 1 };
  },
});
