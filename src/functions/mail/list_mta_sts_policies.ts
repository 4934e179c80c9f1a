import { defineFunction } from '../../core/define.ts';
import {
  policyDomains,
  policyFields,
  policyRow,
} from '../../capabilities/mail/rules/authentication/policy-form.ts';
import { listPolicies } from '../../capabilities/mail/rules/authentication/listed-policies.ts';

export default defineFunction({
  name: 'list_mta_sts_policies',
  since: null,
  summary: 'List the MTA-STS policies of domains.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'reads',
  extension: true,
  params: { domain: policyDomains },
  returns: {
    policies: { list: { fields: policyFields }, doc: 'The domains that have a policy, by name.' },
  },
  list: 'policies',
  columns: ['domain', 'mode', 'max_age', 'report_address'],
  examples: [{ args: {}, doc: 'All of them.', setUp: ['createacct', 'set_mta_sts_policy'] }],

  async handler({ domain }, context) {
    const found = await listPolicies(context, domain);
    return { policies: found.map((policy) => policyRow(policy, context.now())) };
  },
});
