import { defineUapi } from '../../core/define-uapi.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { ownSiteOf } from '../../capabilities/domains/rules/own-params.ts';

export default defineUapi({
  name: 'SSL::mail_sni_status',
  since: 48,
  summary: 'Check whether mail services use the certificate of a domain of the account.',
  effect: 'reads',
  params: { domain: { ...existingDomain, required: true, doc: 'The domain.' } },
  returns: {
    fields: {
      enabled: { type: 'flag', doc: 'Always 0: mail services have one certificate for all domains.' },
    },
  },
  examples: [{ args: { domain: 'bob.example' }, doc: 'Answers 0.' }],

  async handler({ domain }, { db, caller }) {
    await ownSiteOf(db, caller, 'domain', domain);
    return { enabled: 0 };
  },
});
