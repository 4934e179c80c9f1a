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
  description: 'Each has the numbers of all domains, and so does the metadata.',
  feature: FEATURE,
  effect: 'reads',
  params: {},
  returns: {
    ...domainsField,
    list: {
      fields: {
        cPGreyList: {
          fields: {
            total_enabled: { type: 'integer', doc: 'The number of domains whose mail is greylisted.' },
            total_disabled: { type: 'integer', doc: 'The number of the others.' },
          },
          doc: 'About all domains of the account.',
        },
        ...domainsField.list.fields,
      },
    },
  },
  examples: [{ args: {}, doc: 'The domains.' }],

  async handler(_args, context) {
    const records = recordsOf(await readOwn(context));
    const enabled = records.filter((one) => one.enabled === 1).length;
    const cPGreyList = { total_enabled: enabled, total_disabled: records.length - enabled };
    context.addMetadata({ cPGreyList });
    return records.map((record) => ({ cPGreyList, ...record }));
  },
});
