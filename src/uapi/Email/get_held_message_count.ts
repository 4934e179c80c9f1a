import { lookAtOwnHeld } from '../../capabilities/mail/plans/own-mail/held-messages.ts';
import { emailParam, MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::get_held_message_count',
  since: 74,
  summary: 'Count the messages that a mailbox has sent while it was held.',
  description: 'Mail of an account that WHM holds is not included: fetch_mail_queue of WHM has it.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'reads',
  params: { email: { ...emailParam, doc: `${emailParam.doc} Default: all of the account.` } },
  emptyIsOmitted: true,
  returns: { type: 'integer', doc: 'The number of messages.' },
  examples: [{ args: {}, doc: 'Those of all mailboxes.' }],

  look: ({ email }, context) => lookAtOwnHeld(context, email),

  handler: (_args, _context, held) => [...held.values()].reduce((sum, ids) => sum + ids.length, 0),
});
