import { removeFilter } from '../../capabilities/mail/plans/own-mail/filters.ts';
import {
  filterAccountParam,
  filterNameParam,
  FILTERS,
  ROLE,
} from '../../capabilities/mail/rules/filter-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::delete_filter',
  since: 42,
  summary: 'Remove a filter.',
  feature: FILTERS,
  role: ROLE,
  effect: 'operates',
  params: {
    account: { ...filterAccountParam, required: true, doc: 'The mailbox, or the account’s name.' },
    filtername: { ...filterNameParam, required: true },
  },
  returns: null,
  examples: [
    {
      args: { account: 'sales@bob.example', filtername: 'shop' },
      doc: 'The filter shop of sales@bob.example.',
      setUp: ['Email::add_pop', 'Email::store_filter'],
    },
  ],

  async handler({ account, filtername }, context) {
    context.plan(await removeFilter(context, account, filtername));
  },
});
