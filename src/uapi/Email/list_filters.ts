import { ownFilters } from '../../capabilities/mail/plans/own-mail/filters.ts';
import {
  filterAccountParam,
  FILTERS,
  listedFilter,
  listedFilterFields,
  ROLE,
} from '../../capabilities/mail/rules/filter-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::list_filters',
  since: 42,
  summary: 'List the filters of a mailbox, or of the account.',
  description: 'In the order in which they run.',
  feature: FILTERS,
  role: ROLE,
  effect: 'reads',
  params: { account: filterAccountParam },
  returns: { list: { fields: listedFilterFields } },
  examples: [
    {
      args: { account: 'sales@bob.example' },
      doc: 'All filters of sales@bob.example.',
      setUp: [
        {
          command: 'Email::add_pop',
          args: { email: 'sales', domain: 'bob.example', password: 'correct horse battery staple 7' },
        },
        {
          command: 'Email::store_filter',
          args: {
            ...{
              filtername: 'shop',
              account: 'sales@bob.example',
              part1: '$header_subject:',
              match1: 'contains',
            },
            ...{ val1: 'order', action1: 'save', dest1: 'INBOX.Shop' },
          },
        },
      ],
    },
  ],

  handler: async ({ account }, context) => (await ownFilters(context, account)).map(listedFilter),
});
