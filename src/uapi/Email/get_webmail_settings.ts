import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { addressOf, mailboxUser, mailboxUserParam } from '../../capabilities/mail/rules/mailbox-user.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::get_webmail_settings',
  since: 42,
  summary: 'Show the login of a mailbox for webmail.',
  role: ROLE,
  effect: 'reads',
  params: {
    account: {
      ...{ type: 'string', maxLength: 254, lowerCase: true },
      doc: `${mailboxUserParam.doc} Default: the account’s own mailbox.`,
    },
  },
  emptyIsOmitted: true,
  returns: {
    fields: {
      domain: { type: 'string', doc: 'The domain of the address.' },
      has_maildir: { type: 'flag', doc: 'Always 1: mail is stored as Maildir.' },
      user: { type: 'string', doc: 'The login.' },
    },
  },
  examples: [{ args: {}, doc: 'The account’s own mailbox.' }],

  async handler({ account }, { db, caller }) {
    const user = await mailboxUser({ db, caller }, account ?? caller.user);
    const address = await addressOf(db, user);
    return { domain: address.slice(address.lastIndexOf('@') + 1), has_maildir: 1, user };
  },
});
