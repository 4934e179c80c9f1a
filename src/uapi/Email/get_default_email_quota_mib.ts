import { defaultQuota } from '../../capabilities/mail/plans/own-mail/mailboxes.ts';
import { MAILBOXES, ownMail, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::get_default_email_quota_mib',
  since: 68,
  summary: 'Show the quota that new mailboxes get.',
  description: 'In mebibytes.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: { type: 'integer', doc: 'Mebibytes.' },
  examples: [{ args: {}, doc: 'The quota that new mailboxes get.' }],

  async handler(_args, context) {
    const { account } = await ownMail(context);
    return defaultQuota(context.db, account);
  },
});
