import { defineUapi } from '../../core/define-uapi.ts';
import { exportKeys } from '../../capabilities/mail/rules/authentication/validation.ts';
import { domainsParam, keyFields } from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineUapi({
  name: 'EmailAuth::fetch_dkim_private_keys',
  since: 78,
  summary: 'Export the private DKIM keys of domains of the account.',
  effect: 'reads',
  feature: 'emailauth',
  params: { domain: domainsParam },
  returns: { list: { fields: keyFields } },
  examples: [{ args: { domain: 'bob.example' }, doc: 'Export the key of bob.example.' }],

  handler: ({ domain }, context) => exportKeys(context, domain),
});
