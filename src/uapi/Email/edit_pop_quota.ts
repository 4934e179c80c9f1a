import { parseQuota, setMailboxQuota } from '../../capabilities/mail/plans/own-mail/mailboxes.ts';
import { domainParam, emailParam, MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::edit_pop_quota',
  since: 42,
  summary: 'Set the quota of a mailbox.',
  description: 'Mail that is larger than what is left is refused. Present mail is never removed.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'operates',
  params: {
    email: { ...emailParam, required: true },
    domain: { ...domainParam, required: true, doc: 'The domain of the mailbox.' },
    quota: {
      type: 'string',
      maxLength: 9,
      default: '0',
      doc: 'The most mebibytes of mail. 0 or unlimited: no limit.',
    },
  },
  returns: null,
  examples: [
    {
      args: { email: 'sales', domain: 'bob.example', quota: '250' },
      doc: 'Sales may keep 250 MiB.',
      setUp: ['Email::add_pop'],
    },
  ],

  async handler({ email, domain, quota }, context) {
    context.plan(await setMailboxQuota(context, { email, domain }, parseQuota(quota)));
  },
});
