import { clientHostOf } from '../../capabilities/mail/rules/client-host.ts';
import { MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import {
  IMAP_PORT,
  IMAP_UPGRADED_PORT,
  SMTP_PORT,
  SMTP_UPGRADED_PORT,
} from '../../capabilities/mail/rules/client-settings.ts';
import { addressOf, mailboxUser, mailboxUserParam } from '../../capabilities/mail/rules/mailbox-user.ts';
import { readSettings } from '../../capabilities/system/driver/dovecot-settings/look-dovecot.ts';
import { defineUapi } from '../../core/define-uapi.ts';

const port = (doc: string) => ({ type: 'integer', doc }) as const;
const text = (doc: string) => ({ type: 'string', doc }) as const;
const NO_ACTIVESYNC = 'Always empty: this server has no ActiveSync.';

export default defineUapi({
  name: 'Email::get_client_settings',
  since: 62,
  summary: 'Show the settings with which a mail program reaches a mailbox.',
  feature: MAILBOXES,
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
      account: text('The login.'),
      display: text('The address.'),
      domain: text('The domain of the address.'),
      mail_domain: text(
        'The name of the mail servers: “mail.” before the domain if it has a certificate, or else the name of this server.',
      ),
      inbox_service: text('imap.'),
      inbox_host: text('The server of incoming mail.'),
      inbox_port: port('Its port with TLS.'),
      inbox_insecure_port: port('Its port with STARTTLS, without which it accepts no password.'),
      inbox_username: text('The login there.'),
      smtp_host: text('The server of outgoing mail.'),
      smtp_port: port('Its port with TLS.'),
      smtp_insecure_port: port('Its port with STARTTLS, without which it accepts no password.'),
      smtp_username: text('The login there.'),
      has_plaintext_authentication: { type: 'flag', doc: '1 if passwords are accepted without TLS.' },
      from_archiving: { type: 'flag', doc: 'Always 0: this server has no archive of mail.' },
      activesync_available: { type: 'flag', doc: 'Always 0: this server has no ActiveSync.' },
      activesync_host: text(NO_ACTIVESYNC),
      activesync_port: port('Always 0: this server has no ActiveSync.'),
      activesync_username: text(NO_ACTIVESYNC),
    },
  },
  examples: [{ args: {}, doc: 'The account’s own mailbox.' }],

  look: (_args, { machine }) => readSettings(machine),

  async handler({ account }, context, { values }) {
    const { db, caller } = context;
    const login = await mailboxUser({ db, caller }, account ?? caller.user);
    const address = await addressOf(db, login);
    const domain = address.slice(address.lastIndexOf('@') + 1);
    const host = await clientHostOf(context, domain);
    const isPlain = values.get('disable_plaintext_auth') === 'no';
    return {
      ...{ account: login, display: address, domain },
      ...{ mail_domain: host, inbox_service: 'imap' },
      ...{ inbox_host: host, inbox_port: IMAP_PORT, inbox_insecure_port: IMAP_UPGRADED_PORT },
      ...{ smtp_host: host, smtp_port: SMTP_PORT, smtp_insecure_port: SMTP_UPGRADED_PORT },
      ...{ inbox_username: login, smtp_username: login },
      ...{ has_plaintext_authentication: isPlain ? 1 : 0, from_archiving: 0 },
      ...{ activesync_available: 0, activesync_host: '', activesync_port: 0, activesync_username: '' },
    };
  },
});
