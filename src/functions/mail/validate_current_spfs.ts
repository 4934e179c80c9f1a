import { defineFunction } from '../../core/define.ts';
import { lookAtSpf } from '../../capabilities/mail/rules/authentication/lookups.ts';
import { checkSpf } from '../../capabilities/mail/rules/authentication/validation.ts';
import { domainsParam, spfFields } from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineFunction({
  name: 'validate_current_spfs',
  since: 78,
  summary: 'Check whether the SPF records of domains allow this server to send their mail.',
  description:
    'The records are evaluated for the main address of this server, as a receiver does (RFC 7208), with the resolvers of this server.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'reads',
  params: { domain: domainsParam },
  returns: { payload: { list: { fields: spfFields }, doc: 'The domains in the order of the call.' } },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Check the SPF record of bob.example.',
      setUp: ['createacct'],
    },
  ],

  look: ({ domain }, context) => lookAtSpf(context, domain),

  async handler({ domain }, context, looked) {
    return { payload: await checkSpf(context, domain, looked) };
  },
});
