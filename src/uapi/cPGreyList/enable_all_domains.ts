import { defineUapi } from '../../core/define-uapi.ts';
import { changeMail } from '../../capabilities/mail/plans/change-mail.ts';
import {
  domainsField,
  FEATURE,
  readOwn,
  recordsOf,
  withGreylisting,
} from '../../capabilities/mail/rules/greylisting/own-domains.ts';

export default defineUapi({
  name: 'cPGreyList::enable_all_domains',
  since: 50,
  summary: 'Greylist the mail of all domains of the account.',
  description: 'Domains that the account gets later are greylisted.',
  feature: FEATURE,
  effect: 'operates',
  params: {},
  returns: domainsField,
  examples: [{ args: {}, doc: 'All domains.' }],

  async handler(_args, context) {
    const own = await readOwn(context);
    const names = own.domains.map(({ domain }) => domain);
    context.plan(await changeMail(context, own.account, { next: withGreylisting(names, true) }));
    return recordsOf(own, names, true);
  },
});
