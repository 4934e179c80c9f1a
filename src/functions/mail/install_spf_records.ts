import { defineFunction } from '../../core/define.ts';
import { lookForAuthentication, setTexts } from '../../capabilities/mail/plans/change-authentication.ts';
import { pairsOf, type OpenedDomains } from '../../capabilities/mail/rules/authentication/domains.ts';
import { assertSpf } from '../../capabilities/mail/rules/authentication/spf-record.ts';
import { isSpf } from '../../capabilities/mail/rules/authentication/spf-syntax.ts';
import {
  domainsParam,
  outcomeFields,
  textParam,
} from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineFunction({
  name: 'install_spf_records',
  since: 78,
  summary: 'Set the SPF record of domains, which says from where their mail comes.',
  description:
    'The record replaces all SPF records of the domain. If the zone is on another server, “msg” is the record to add there.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'operates',
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
  returns: { payload: { list: { fields: outcomeFields }, doc: 'The domains in the order of the call.' } },
  examples: [
    {
      args: { domain: 'bob.example', record: 'v=spf1 +a +mx ~all' },
      doc: 'Mail of bob.example comes from its website and its mail servers.',
      setUp: ['createacct'],
    },
  ],

  look: ({ domain }, context) => lookForAuthentication(context, domain),

  async handler({ domain, record }, context, found) {
    for (const one of record) assertSpf('record', one);
    const textsOf = ({ domains }: OpenedDomains) => {
      const records = pairsOf(domains, 'record', record);
      return (name: string) => ({ name, isReplaced: isSpf, text: records.get(name) });
    };
    return { payload: await setTexts(context, domain, textsOf, found) };
  },
});
