import { defineUapi } from '../../core/define-uapi.ts';
import { changeMail } from '../../capabilities/mail/plans/change-mail.ts';
import {
  assertOwn,
  domainsField,
  FEATURE,
  readOwn,
  recordsOf,
  withGreylisting,
} from '../../capabilities/mail/rules/greylisting/own-domains.ts';
import { domainName } from '../../ground/rules/accounts/names.ts';

export default defineUapi({
  name: 'cPGreyList::enable_domains',
  since: 50,
  summary: 'Greylist the mail of domains.',
  description: 'Returns these domains.',
  feature: FEATURE,
  effect: 'operates',
  params: { domains: { ...domainName, required: true, list: true, doc: 'A domain. Repeat it for several.' } },
  returns: domainsField,
  examples: [{ args: { domains: ['bob.example'] }, doc: 'The domain bob.example.' }],

  async handler({ domains }, context) {
    const own = await readOwn(context);
    const names = [...new Set(domains.map((name) => name.toLowerCase()))];
    assertOwn(own, names);
    context.plan(await changeMail(context, own.account, { next: withGreylisting(names, true) }));
    return recordsOf(own, names, true).filter(({ domain }) => names.includes(domain));
  },
});
