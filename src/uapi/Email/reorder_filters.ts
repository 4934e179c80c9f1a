import { reorderFilters } from '../../capabilities/mail/plans/own-mail/filters.ts';
import {
  filterAccountParam,
  filterNameParam,
  FILTERS,
  ROLE,
} from '../../capabilities/mail/rules/filter-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::reorder_filters',
  since: 42,
  summary: 'Set the order in which filters run.',
  description: 'Those that are not named follow in their present order.',
  feature: FILTERS,
  role: ROLE,
  effect: 'operates',
  params: {
    mailbox: { ...filterAccountParam, required: true, doc: 'The mailbox, or the account’s name.' },
    'filter#': { ...filterNameParam, doc: 'filter1, filter2, …: the names in their order.' },
  },
  returns: null,
  examples: [
    {
      args: { mailbox: 'sales@bob.example', filter1: 'shop' },
      doc: 'The filter shop comes first.',
      setUp: ['Email::add_pop', 'Email::store_filter'],
    },
  ],

  async handler({ mailbox, 'filter#': filters }, context) {
    const names = [...filters].sort((a, b) => Number(a.name) - Number(b.name)).map(({ value }) => value);
    context.plan(await reorderFilters(context, mailbox, names));
  },
});
