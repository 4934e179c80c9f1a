import { defineUapi } from '../../core/define-uapi.ts';
import {
  domainsField,
  FEATURE,
  readOwn,
  recordsOf,
} from '../../capabilities/mail/rules/greylisting/own-domains.ts';

export default defineUapi({
  name: 'cPGreyList::list_domains',
  since: 50,
  summary: 'List the domains of the account, with whether their mail is greylisted.',
  description: 'The metadata has the numbers of both: total_enabled and total_disabled of cPGreyList.',
  feature: FEATURE,
  effect: 'reads',
  params: {},
  returns: domainsField,
  examples: [{ args: {}, doc: 'The domains.' }],

  async handler(_args, context) {
    const records = recordsOf(await readOwn(context));
    const enabled = records.filter((one) => one.enabled === 1).length;
    context.addMetadata({
      cPGreyList: { total_enabled: enabled, total_disabled: records.length - enabled },
    });
    return records;
  },
});
