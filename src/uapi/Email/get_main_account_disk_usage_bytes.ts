import { lookAtOwnUsage } from '../../capabilities/mail/plans/own-mail/used-mailboxes.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::get_main_account_disk_usage_bytes',
  since: 64,
  summary: 'Show the disk usage of the account’s own mailbox.',
  description: 'Without its other mailboxes.',
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: { type: 'integer', doc: 'The size of its mail, in bytes.' },
  examples: [{ args: {}, doc: 'How much mail the account itself has.' }],

  look: (_args, context) => lookAtOwnUsage(context),

  handler(_args, _context, usages) {
    const bytes = usages.get('')?.bytes ?? 0;
    return bytes;
  },
});
