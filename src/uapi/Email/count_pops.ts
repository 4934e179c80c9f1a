import { MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { readState } from '../../capabilities/mail/rules/state.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::count_pops',
  since: 82,
  summary: 'Count the mailboxes of the account.',
  description: 'Without that of the account itself.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: { type: 'integer', doc: 'The number of mailboxes.' },
  examples: [{ args: {}, doc: 'How many mailboxes the account has.' }],

  handler: async (_args, { db, caller }) => (await readState(db, caller.user)).mailboxes.length,
});
