import { AUTORESPONDERS, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { readState } from '../../capabilities/mail/rules/state.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::count_auto_responders',
  since: 82,
  summary: 'Count the automatic replies of the account.',
  description: 'Those of all its mailboxes together.',
  feature: AUTORESPONDERS,
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: { type: 'integer', doc: 'The number of automatic replies.' },
  examples: [{ args: {}, doc: 'How many automatic replies the account has.' }],

  handler: async (_args, { db, caller }) => (await readState(db, caller.user)).autoresponders.length,
});
