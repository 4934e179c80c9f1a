import { FORWARDERS, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { readState } from '../../capabilities/mail/rules/state.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::count_forwarders',
  since: 82,
  summary: 'Count the forwarders of the account.',
  description: 'Those of whole domains are not counted.',
  feature: FORWARDERS,
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: { type: 'integer', doc: 'The number of forwarders.' },
  examples: [{ args: {}, doc: 'How many forwarders the account has.' }],

  handler: async (_args, { db, caller }) => (await readState(db, caller.user)).forwarders.length,
});
