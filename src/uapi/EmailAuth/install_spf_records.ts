import { defineUapi } from '../../core/define-uapi.ts';
import { lookForAuthentication, setTexts } from '../../capabilities/mail/plans/change-authentication.ts';
import { pairsOf, type OpenedDomains } from '../../capabilities/mail/rules/authentication/domains.ts';
import { assertSpf } from '../../capabilities/mail/rules/authentication/spf-record.ts';
import { isSpf } from '../../capabilities/mail/rules/authentication/spf-syntax.ts';
import {
  domainsParam,
  outcomeFields,
  textParam,
} from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineUapi({
  name: 'EmailAuth::install_spf_records',
  since: 78,
  summary: 'Set the SPF record of domains of the account, which says from where their mail comes.',
  description:
    'The record replaces all SPF records of the domain. If the zone is on another server, “msg” is the record to add there.',
  effect: 'operates',
  feature: 'emailauth',
  params: {
    domain: domainsParam,
    record: {
      ...textParam,
      required: true,
      list: true,
      doc:
        'The record’s text, such as “v=spf1 +a +mx ~all”. Repeatable: one for all domains, or one for each domain, in the ' +
        'same order.',
    },
  },
  returns: { list: { fields: outcomeFields } },
  examples: [
    {
      args: { domain: 'bob.example', record: 'v=spf1 +a +mx ~all' },
      doc: 'Mail of bob.example comes from its website and its mail servers.',
    },
  ],

  look: ({ domain }, context) => lookForAuthentication(context, domain),

  async handler({ domain, record }, context, found) {
    for (const one of record) assertSpf('record', one);
    const textsOf = ({ domains }: OpenedDomains) => {
      const records = pairsOf(domains, 'record', record);
      return (name: string) => ({ name, isReplaced: isSpf, text: records.get(name) });
    };
    return setTexts(context, domain, textsOf, found);
  },
});
