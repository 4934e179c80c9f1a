import { getFilter } from '../../capabilities/mail/plans/own-mail/filters.ts';
import {
  filterAccountParam,
  filterFields,
  filterNameParam,
  FILTERS,
  ROLE,
  shownFilter,
} from '../../capabilities/mail/rules/filter-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::get_filter',
  since: 42,
  summary: 'Show a filter.',
  feature: FILTERS,
  role: ROLE,
  effect: 'reads',
  params: {
    account: { ...filterAccountParam, required: true, doc: 'The mailbox, or the account’s name.' },
    filtername: { ...filterNameParam, required: true },
  },
  returns: { fields: filterFields },
  examples: [
    {
      args: { account: 'sales@bob.example', filtername: 'shop' },
      doc: 'The filter shop of sales@bob.example.',
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

  handler: async ({ account, filtername }, context) =>
    shownFilter(await getFilter(context, account, filtername)),
});
