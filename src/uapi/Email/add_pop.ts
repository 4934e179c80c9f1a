import { addMailbox, lookForPassword, parseQuota } from '../../capabilities/mail/plans/own-mail/mailboxes.ts';
import { domainParam, emailParam, MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { password as passwordParam } from '../../ground/rules/passwords/passwords.ts';

export default defineUapi({
  name: 'Email::add_pop',
  since: 42,
  summary: 'Create a mailbox.',
  description:
    'It can receive and send mail at once. Its name must be free; a forwarder of the same name stays.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'operates',
  params: {
    email: { ...emailParam, required: true },
    password: { ...passwordParam, required: true },
    domain: domainParam,
    quota: {
      type: 'string',
      maxLength: 9,
      doc: 'The most mebibytes of mail. 0 or unlimited: no limit. Default: 1024, or what the package allows.',
    },
    password_hash: {
      type: 'string',
      sensitive: true,
      doc: 'A hash instead of the password.',
      noEffectReason: 'the password is required, and hashed here.',
    },
    send_welcome_email: {
      type: 'flag',
      doc: 'Whether the mailbox gets settings for mail programs.',
      noEffectReason: 'no such message is sent.',
    },
    skip_update_db: {
      type: 'flag',
      doc: 'Whether a cache is updated later.',
      noEffectReason: 'there is no such cache.',
    },
  },
  returns: { type: 'string', doc: 'The new mailbox, as sales+bob.example.' },
  examples: [
    {
      args: {
        email: 'sales',
        domain: 'bob.example',
        password: 'correct horse battery staple 7',
        quota: '500',
      },
      doc: 'Create sales@bob.example with 500 MiB.',
    },
  ],

  look: ({ email, password }, context) => lookForPassword(context, email, password),

  async handler({ email, domain, password, quota }, context, found) {
    const size = quota === undefined ? undefined : parseQuota(quota);
    const { plan, address } = await addMailbox(context, { email, domain, password, quota: size }, found);
    const created = `${address.localPart}+${address.domain}`;
    context.plan(plan);
    return created;
  },
});
