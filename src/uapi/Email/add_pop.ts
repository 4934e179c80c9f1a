import { addMailbox, lookForPassword, parseQuota } from '../../capabilities/mail/plans/own-mail/mailboxes.ts';
import { domainParam, emailParam, MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { HASH_FORMS, passwordHash, readGivenHash } from '../../ground/rules/passwords/given-hash.ts';
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
    password: passwordParam,
    domain: domainParam,
    quota: {
      type: 'string',
      maxLength: 9,
      doc: 'The most mebibytes of mail. 0 or unlimited: no limit. Default: 1024, or what the package allows.',
    },
    password_hash: {
      ...passwordHash,
      doc: `The hash of the password in a form of crypt(5), instead of “password”: ${HASH_FORMS}.`,
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
  oneOf: { count: 'exactly', of: ['password', 'password_hash'] },
  emptyIsOmitted: true,
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

  look: async ({ email, password = '' }, context) =>
    password === '' ? undefined : { password, ...(await lookForPassword(context, email, password)) },

  async handler({ email, domain, password_hash: given = '', quota }, context, found) {
    const size = quota === undefined ? undefined : parseQuota(quota);
    const hashed = found ?? readGivenHash(context, 'password_hash', given);
    const { plan, address } = await addMailbox(context, { email, domain, quota: size }, hashed);
    const created = `${address.localPart}+${address.domain}`;
    context.plan(plan);
    return created;
  },
});
