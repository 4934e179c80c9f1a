import { lookAtOwnUsage } from '../../capabilities/mail/plans/own-mail/used-mailboxes.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { humanSize } from '../../capabilities/files/rules/rows.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::get_main_account_disk_usage',
  since: 42,
  summary: 'Show the disk usage of the account’s own mailbox.',
  description: 'Without its other mailboxes.',
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: { type: 'string', doc: 'The size of its mail, for people: “4 KB”.' },
  examples: [{ args: {}, doc: 'How much mail the account itself has.' }],

  look: (_args, context) => lookAtOwnUsage(context),

  handler(_args, _context, usages) {
    const bytes = usages.get('')?.bytes ?? 0;
    return humanSize(bytes);
  },
});
