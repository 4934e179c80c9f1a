import { enableFilter } from '../../capabilities/mail/plans/own-mail/filters.ts';
import {
  filterAccountParam,
  filterNameParam,
  FILTERS,
  ROLE,
} from '../../capabilities/mail/rules/filter-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::enable_filter',
  since: 42,
  summary: 'Use a filter again.',
  feature: FILTERS,
  role: ROLE,
  effect: 'operates',
  params: {
    account: { ...filterAccountParam, required: true, doc: 'The mailbox, or the account’s name.' },
    filtername: { ...filterNameParam, required: true },
  },
  returns: {
    fields: {
      filtername: { type: 'string', doc: 'The filter.' },
      updated: { type: 'flag', doc: 'Always 1.' },
    },
  },
  examples: [
    {
      args: { account: 'sales@bob.example', filtername: 'shop' },
      doc: 'The filter shop of sales@bob.example.',
      setUp: ['Email::add_pop', 'Email::store_filter'],
    },
  ],

  async handler({ account, filtername }, context) {
    const plan = await enableFilter(context, account, { name: filtername, enabled: true });
    context.plan(plan);
    return { filtername, updated: 1 };
  },
});
