import { defineUapi } from '../../core/define-uapi.ts';
import { lookAtPtr } from '../../capabilities/mail/rules/authentication/lookups.ts';
import { checkPtr } from '../../capabilities/mail/rules/authentication/validation.ts';
import { domainsParam, ptrFields } from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineUapi({
  name: 'EmailAuth::validate_current_ptrs',
  since: 78,
  summary:
    'Check whether the address that sends the mail of the account’s domains has the right name in DNS.',
  description:
    'Many receivers reject mail from an address without a name (PTR record) that leads back to it. All domains share the main address of this server.',
  effect: 'reads',
  feature: 'emailauth',
  params: { domain: domainsParam },
  returns: { list: { fields: ptrFields } },
  examples: [{ args: { domain: 'bob.example' }, doc: 'Check the name of the address that sends.' }],

  look: (_args, context) => lookAtPtr(context),

  handler: ({ domain }, context, looked) => checkPtr(context, domain, looked),
});
