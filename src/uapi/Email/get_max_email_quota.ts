import { maxQuota, NO_LIMIT } from '../../capabilities/mail/plans/own-mail/mailboxes.ts';
import { BYTES_IN_MEBIBYTE, MAILBOXES, ownMail, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::get_max_email_quota',
  since: 48,
  summary: 'Show the largest quota that a mailbox may have.',
  description: 'In bytes: see get_max_email_quota_mib.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: { type: 'integer', doc: `Bytes. ${NO_LIMIT * BYTES_IN_MEBIBYTE}: no limit.` },
  examples: [{ args: {}, doc: 'The largest quota that a mailbox may have.' }],

  async handler(_args, context) {
    const { account } = await ownMail(context);
    return maxQuota(account) * BYTES_IN_MEBIBYTE;
  },
});
