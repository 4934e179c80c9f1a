import { defineFunction } from '../../core/define.ts';
import { policyDomain, removal } from '../../capabilities/mail/rules/authentication/policy-form.ts';
import { lookForPolicy, removePolicy } from '../../capabilities/mail/plans/set-mail-policy.ts';

export default defineFunction({
  name: 'remove_mta_sts_policy',
  since: null,
  summary: 'Remove the MTA-STS policy of a domain, with its records in the DNS zone.',
  ...removal,
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'operates',
  role: 'WebServer',
  extension: true,
  params: { domain: policyDomain },
  returns: null,
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Publish no policy for bob.example.',
      setUp: ['createacct', 'set_mta_sts_policy'],
    },
  ],

  look: ({ domain }, context) => lookForPolicy(context, domain),

  async handler({ domain }, context, found) {
    context.plan(await removePolicy(context, domain, found));
  },
});
