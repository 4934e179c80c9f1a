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
      setUp: ['Email::add_pop', 'Email::store_filter'],
    },
  ],

  handler: async ({ account }, context) => (await ownFilters(context, account)).map(listedFilter),
});
