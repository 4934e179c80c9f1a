import { domainParam, regexParam } from '../../capabilities/mail/rules/email-form.ts';
import { listFields, listRows, LISTS } from '../../capabilities/mail/rules/lists/list-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::list_lists',
  since: 42,
  summary: 'List the mailing lists of the account.',
  feature: LISTS,
  effect: 'reads',
  params: {
    domain: { ...domainParam, doc: 'Only those of this domain. Default: all.' },
    regex: regexParam,
  },
  returns: { list: { fields: listFields } },
  examples: [
    {
      args: {},
      doc: 'All mailing lists.',
      setUp: ['Email::add_list'],
    },
  ],

  handler: ({ domain, regex }, context) => listRows(context, domain, regex),
});
