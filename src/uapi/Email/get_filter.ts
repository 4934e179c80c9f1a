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
      setUp: ['Email::add_pop', 'Email::store_filter'],
    },
  ],

  handler: async ({ account, filtername }, context) =>
    shownFilter(await getFilter(context, account, filtername)),
});
