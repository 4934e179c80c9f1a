import { defineUapi } from '../../core/define-uapi.ts';
import { listPolicies } from '../../capabilities/mail/rules/authentication/listed-policies.ts';
import {
  policyDomains,
  policyFields,
  policyRow,
} from '../../capabilities/mail/rules/authentication/policy-form.ts';

export default defineUapi({
  name: 'EmailAuth::list_mta_sts_policies',
  since: null,
  summary: 'List the MTA-STS policies of domains of the account.',
  effect: 'reads',
  feature: 'emailauth',
  extension: true,
  params: { domain: policyDomains },
  returns: { list: { fields: policyFields } },
  examples: [{ args: {}, doc: 'All of them.' }],

  async handler({ domain }, context) {
    const found = await listPolicies(context, domain);
    return found.map((policy) => policyRow(policy, context.now()));
  },
});
