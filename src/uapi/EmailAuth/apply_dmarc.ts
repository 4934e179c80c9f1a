import { defineUapi } from '../../core/define-uapi.ts';
import { lookForAuthentication, setTexts } from '../../capabilities/mail/plans/change-authentication.ts';
import * as dmarc from '../../capabilities/mail/rules/authentication/dmarc-record.ts';
import { pairsOf, type OpenedDomains } from '../../capabilities/mail/rules/authentication/domains.ts';
import {
  optionalDomainsParam,
  outcomeFields,
  textParam,
} from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineUapi({
  name: 'EmailAuth::apply_dmarc',
  since: 124,
  summary:
    'Set the DMARC record of domains of the account: what receivers do with mail that is not authentic.',
  description:
    'The record replaces all DMARC records of the domain. If the zone is on another server, “msg” is the record to add there.',
  effect: 'operates',
  feature: 'emailauth',
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
  returns: { list: { fields: outcomeFields } },
  examples: [
    {
      args: { domain: 'bob.example', policy: 'v=DMARC1; p=none;' },
      doc: 'Publish a policy for mail of bob.example.',
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
    return setTexts(context, domain, textsOf, found);
  },
});
