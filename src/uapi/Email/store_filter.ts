import { storeFilter } from '../../capabilities/mail/plans/own-mail/filters.ts';
import {
  filterAccountParam,
  filterNameParam,
  filterParams,
  FILTERS,
  ROLE,
} from '../../capabilities/mail/rules/filter-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::store_filter',
  since: 42,
  summary: 'Create a rule for incoming mail, or replace one.',
  description:
    'Rules and actions have numbers: part1, match1 and val1, then opt1 (and, or) before the next; action1 and dest1. “and” ' +
    'binds more tightly than “or”. Dovecot runs the filters as a Sieve script (RFC 5228), and mail that no filter ends ' +
    'goes to the inbox.',
  feature: FILTERS,
  role: ROLE,
  effect: 'operates',
  params: {
    filtername: { ...filterNameParam, required: true },
    account: filterAccountParam,
    oldfiltername: { ...filterNameParam, doc: 'The filter’s former name, to rename it.' },
    ...filterParams,
  },
  returns: { fields: { account: { type: 'string', doc: 'The mailbox, or empty.' } } },
  examples: [
    {
      args: {
        ...{
          filtername: 'shop',
          account: 'sales@bob.example',
          part1: '$header_subject:',
          match1: 'contains',
        },
        ...{ val1: 'order', action1: 'save', dest1: 'INBOX.Shop' },
      },
      doc: 'Save orders to the folder Shop of sales@bob.example.',
      setUp: ['Email::add_pop'],
    },
  ],

  async handler(args, context) {
    const { filtername, account, oldfiltername } = args;
    const {
      'part#': part,
      'match#': match,
      'val#': val,
      'opt#': opt,
      'action#': action,
      'dest#': dest,
    } = args;
    const given = { part, match, val, opt, action, dest };
    const stored = { account: account ?? '' };
    context.plan(await storeFilter(context, { account, filtername, oldfiltername, ...given }));
    return stored;
  },
});
