import { defineUapi } from '../../core/define-uapi.ts';
import { changeGreylist } from '../../capabilities/mail/plans/change-greylist.ts';
import {
  changeOf,
  domainsField,
  FEATURE,
  readOwn,
  recordsOf,
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
    context.plan(await changeGreylist(context, changeOf(own, names, true)));
    return recordsOf(own, names, true);
  },
});
