import { defineUapi } from '../../core/define-uapi.ts';
import {
  policyFields,
  policyParams,
  policyRow,
} from '../../capabilities/mail/rules/authentication/policy-form.ts';
import { lookForPolicy, setPolicy } from '../../capabilities/mail/plans/set-mail-policy.ts';

export default defineUapi({
  name: 'EmailAuth::set_mta_sts_policy',
  since: null,
  summary:
    'Set the MTA-STS policy of a domain of the account: whether senders must verify the TLS of its mail servers.',
  description:
    'The web server serves the policy at mta-sts.DOMAIN. The DNS zone gets that name and the TXT records of MTA-STS (RFC 8461) and, ' +
    'with “report_address”, of TLS-RPT (RFC 8460). The policy names the domain’s mail servers, all of which must be this server. ' +
    'Begin with mode=testing.',
  effect: 'operates',
  feature: 'emailauth',
  role: 'WebServer',
  extension: true,
  params: policyParams,
  returns: { fields: policyFields },
  examples: [
    {
      args: { domain: 'bob.example', mode: 'testing', report_address: 'tls@bob.example' },
      doc: 'Have senders report what would fail if bob.example enforced TLS.',
    },
  ],

  look: ({ domain }, context) => lookForPolicy(context, domain),

  async handler({ domain, mode, max_age: maxAge, report_address: reportAddress }, context, found) {
    const { plan, policy } = await setPolicy(context, { domain, mode, maxAge, reportAddress }, found);
    context.plan(plan);
    return policyRow(policy, context.now());
  },
});
