import { defineUapi } from '../../core/define-uapi.ts';
import { lookAtSpf } from '../../capabilities/mail/rules/authentication/lookups.ts';
import { checkSpf } from '../../capabilities/mail/rules/authentication/validation.ts';
import { domainsParam, spfFields } from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineUapi({
  name: 'EmailAuth::validate_current_spfs',
  since: 78,
  summary: 'Check whether the SPF records of domains of the account allow this server to send their mail.',
  description:
    'The records are evaluated for the main address of this server, as a receiver does (RFC 7208), with the resolvers of this server.',
  effect: 'reads',
  feature: 'emailauth',
  params: { domain: domainsParam },
  returns: { list: { fields: spfFields } },
  examples: [{ args: { domain: 'bob.example' }, doc: 'Check the SPF record of bob.example.' }],

  look: ({ domain }, context) => lookAtSpf(context, domain),

  handler: ({ domain }, context, looked) => checkSpf(context, domain, looked),
});
