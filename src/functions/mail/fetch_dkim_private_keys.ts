import { defineFunction } from '../../core/define.ts';
import { exportKeys } from '../../capabilities/mail/rules/authentication/validation.ts';
import { domainsParam, keyFields } from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineFunction({
  name: 'fetch_dkim_private_keys',
  since: 78,
  summary: 'Export the private DKIM keys of domains.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'reads',
  params: { domain: domainsParam },
  returns: { payload: { list: { fields: keyFields }, doc: 'The domains in the order of the call.' } },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Export the key of bob.example.',
      setUp: ['createacct'],
    },
  ],

  async handler({ domain }, context) {
    return { payload: await exportKeys(context, domain) };
  },
});
