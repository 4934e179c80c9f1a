import { defineUapi } from '../../core/define-uapi.ts';
import { policyDomain } from '../../capabilities/mail/rules/authentication/policy-form.ts';
import { lookForPolicy, removePolicy } from '../../capabilities/mail/plans/set-mail-policy.ts';

export default defineUapi({
  name: 'EmailAuth::remove_mta_sts_policy',
  since: null,
  summary: 'Remove the MTA-STS policy of a domain of the account.',
  description:
    'Senders may keep the former policy for its “max_age”. To have them forget it, call set_mta_sts_policy with mode=none, and ' +
    'remove the policy once “kept_until” is over.',
  destructive: 'Senders find no policy any more. It can be set again with set_mta_sts_policy.',
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
