import { defineUapi } from '../../core/define-uapi.ts';
import { nameOf } from '../../capabilities/mail/rules/authentication/dmarc-record.ts';
import { lookAtTexts } from '../../capabilities/mail/rules/authentication/lookups.ts';
import { checkDmarc } from '../../capabilities/mail/rules/authentication/validation.ts';
import {
  dmarcFields,
  optionalDomainsParam,
} from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineUapi({
  name: 'EmailAuth::validate_current_dmarcs',
  since: 124,
  summary: 'Check whether domains of the account have a valid DMARC record in DNS.',
  effect: 'reads',
  feature: 'emailauth',
  params: { domain: optionalDomainsParam },
  returns: { list: { fields: dmarcFields } },
  examples: [{ args: { domain: 'bob.example' }, doc: 'Check the DMARC record of bob.example.' }],

  look: ({ domain }, context) => lookAtTexts(context, domain, nameOf),

  handler: ({ domain }, context, looked) => checkDmarc(context, domain, looked),
});
