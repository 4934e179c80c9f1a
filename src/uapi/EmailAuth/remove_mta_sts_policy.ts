import { defineUapi } from '../../core/define-uapi.ts';
import { policyDomain, removal } from '../../capabilities/mail/rules/authentication/policy-form.ts';
import { lookForPolicy, removePolicy } from '../../capabilities/mail/plans/set-mail-policy.ts';

export default defineUapi({
  name: 'EmailAuth::remove_mta_sts_policy',
  since: null,
  summary: 'Remove the MTA-STS policy of a domain of the account.',
  ...removal,
  effect: 'operates',
  feature: 'emailauth',
  role: 'WebServer',
  extension: true,
  params: { domain: policyDomain },
  returns: null,
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Publish no policy for bob.example.',
      setUp: [
        {
          command: 'EmailAuth::set_mta_sts_policy',
          args: { domain: 'bob.example', mode: 'testing' },
        },
      ],
    },
  ],

  look: ({ domain }, context) => lookForPolicy(context, domain),

  async handler({ domain }, context, found) {
    context.plan(await removePolicy(context, domain, found));
  },
});
