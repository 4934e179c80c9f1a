import { defineFunction } from '../../core/define.ts';
import { lookForAuthentication, setTexts } from '../../capabilities/mail/plans/change-authentication.ts';
import * as dmarc from '../../capabilities/mail/rules/authentication/dmarc-record.ts';
import { pairsOf, type OpenedDomains } from '../../capabilities/mail/rules/authentication/domains.ts';
import {
  optionalDomainsParam,
  outcomeFields,
  textParam,
} from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineFunction({
  name: 'apply_dmarc',
  since: 124,
  summary: 'Set the DMARC record of domains: what receivers do with mail that is not authentic.',
  description:
    'The record replaces all DMARC records of the domain. If the zone is on another server, “msg” is the record to add there.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'operates',
  params: {
    policy: {
      ...textParam,
      required: true,
      list: true,
      doc:
        'The record, such as “v=DMARC1; p=reject;”. Repeatable: one for all domains, or one for each domain, in the same ' +
        'order.',
    },
    domain: optionalDomainsParam,
  },
  returns: { payload: { list: { fields: outcomeFields }, doc: 'The domains in the order of the call.' } },
  examples: [
    {
      args: { domain: 'bob.example', policy: 'v=DMARC1; p=none;' },
      doc: 'Publish a policy for mail of bob.example.',
      setUp: ['createacct'],
    },
  ],

  look: ({ domain }, context) => lookForAuthentication(context, domain),

  async handler({ domain, policy }, context, found) {
    for (const one of policy) dmarc.assertDmarc('policy', one);
    const textsOf = ({ domains }: OpenedDomains) => {
      const policies = pairsOf(domains, 'policy', policy);
      return (name: string) => ({
        name: dmarc.nameOf(name),
        isReplaced: dmarc.isDmarc,
        text: policies.get(name),
      });
    };
    return { payload: await setTexts(context, domain, textsOf, found) };
  },
});
