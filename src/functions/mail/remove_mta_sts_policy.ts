import { defineFunction } from '../../core/define.ts';
import { policyDomain } from '../../capabilities/mail/rules/authentication/policy-form.ts';
import { lookForPolicy, removePolicy } from '../../capabilities/mail/plans/set-mail-policy.ts';

export default defineFunction({
  name: 'remove_mta_sts_policy',
  since: null,
  summary: 'Remove the MTA-STS policy of a domain, with its records in the DNS zone.',
  description:
    'Senders may keep the former policy for its “max_age”. To have them forget it, call set_mta_sts_policy with mode=none, and ' +
    'remove the policy once “kept_until” is over.',
  destructive: 'Senders find no policy any more. It can be set again with set_mta_sts_policy.',
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
