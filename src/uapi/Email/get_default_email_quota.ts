import { defaultQuota } from '../../capabilities/mail/plans/own-mail/mailboxes.ts';
import { BYTES_IN_MEBIBYTE, MAILBOXES, ownMail, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::get_default_email_quota',
  since: 48,
  summary: 'Show the quota that new mailboxes get.',
  description: 'In bytes: see get_default_email_quota_mib.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: { type: 'integer', doc: 'Bytes.' },
  examples: [{ args: {}, doc: 'The quota that new mailboxes get.' }],

  async handler(_args, context) {
    const { account } = await ownMail(context);
    return (await defaultQuota(context.db, account)) * BYTES_IN_MEBIBYTE;
  },
});
