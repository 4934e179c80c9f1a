import { defineFunction } from '../../core/define.ts';
import { nameOf } from '../../capabilities/mail/rules/authentication/dmarc-record.ts';
import { lookAtTexts } from '../../capabilities/mail/rules/authentication/lookups.ts';
import { checkDmarc } from '../../capabilities/mail/rules/authentication/validation.ts';
import {
  dmarcFields,
  optionalDomainsParam,
} from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineFunction({
  name: 'validate_current_dmarcs',
  since: 124,
  summary: 'Check whether domains have a valid DMARC record in DNS.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'reads',
  params: { domain: optionalDomainsParam },
  returns: { payload: { list: { fields: dmarcFields }, doc: 'The domains in the order of the call.' } },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Check the DMARC record of bob.example.',
      setUp: ['createacct'],
    },
  ],

  look: ({ domain }, context) => lookAtTexts(context, domain, nameOf),

  async handler({ domain }, context, looked) {
    return { payload: await checkDmarc(context, domain, looked) };
  },
});
