import { removeHeldMessages } from '../../capabilities/mail/plans/clean-mailbox.ts';
import { lookAtOwnHeld } from '../../capabilities/mail/plans/own-mail/held-messages.ts';
import { emailParam, MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::delete_held_messages',
  since: 74,
  summary: 'Remove the messages that a mailbox has sent while it was held.',
  description: 'The mailbox stays held. Its recipients and senders get no report.',
  destructive: 'The messages are removed for good.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'operates',
  params: { email: { ...emailParam, required: true } },
  returns: { type: 'integer', doc: 'The number of messages.' },
  examples: [
    {
      args: { email: 'sales@bob.example' },
      doc: 'Remove the held mail of sales.',
      setUp: ['Email::add_pop'],
    },
  ],

  look: ({ email }, context) => lookAtOwnHeld(context, email),

  handler(_args, context, held) {
    const [[address, ids] = ['', []]] = held;
    if (ids.length > 0) context.plan(removeHeldMessages(context.caller.user, address, ids));
    return ids.length;
  },
});
