import { FILTERS, ROLE } from '../../capabilities/mail/rules/filter-form.ts';
import { readState } from '../../capabilities/mail/rules/state.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::count_filters',
  since: 82,
  summary: 'Count the filters of the account.',
  description: 'Those of all its mailboxes together.',
  feature: FILTERS,
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: { type: 'integer', doc: 'The number of filters.' },
  examples: [{ args: {}, doc: 'How many filters the account has.' }],

  handler: async (_args, { db, caller }) => (await readState(db, caller.user)).filters.length,
});
