import {
  DEFAULT_ADDRESS,
  defaultAddressFields,
  defaultAddressRows,
  domainParam,
  ROLE,
} from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::list_default_address',
  since: 42,
  summary: 'Show where mail for unknown addresses goes.',
  feature: DEFAULT_ADDRESS,
  role: ROLE,
  effect: 'reads',
  params: {
    domain: { ...domainParam, doc: 'Only this domain. Default: all domains of the account.' },
    user: {
      type: 'string',
      maxLength: 16,
      doc: 'The account’s name.',
      noEffectReason: 'an account sees its own domains.',
    },
  },
  returns: { list: { fields: defaultAddressFields } },
  examples: [
    { args: { domain: 'bob.example' }, doc: 'Where mail for unknown addresses of bob.example goes.' },
  ],

  handler: ({ domain }, context) => defaultAddressRows(context, domain),
});
