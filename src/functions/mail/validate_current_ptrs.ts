import { defineFunction } from '../../core/define.ts';
import { lookAtPtr } from '../../capabilities/mail/rules/authentication/lookups.ts';
import { checkPtr } from '../../capabilities/mail/rules/authentication/validation.ts';
import { domainsParam, ptrFields } from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineFunction({
  name: 'validate_current_ptrs',
  since: 78,
  summary: 'Check whether the address that sends the mail of domains has the right name in DNS.',
  description:
    'Many receivers reject mail from an address without a name (PTR record) that leads back to it. All domains share the main address of this server.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'reads',
  params: { domain: domainsParam },
  returns: { payload: { list: { fields: ptrFields }, doc: 'The domains in the order of the call.' } },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Check the name of the address that sends.',
      setUp: ['createacct'],
    },
  ],

  look: (_args, context) => lookAtPtr(context),

  async handler({ domain }, context, looked) {
    return { payload: await checkPtr(context, domain, looked) };
  },
});
