// Tweak settings of the module Main: mail.
import {
  acting,
  flag,
  integer,
  oneOf,
  path,
  percentage,
  text,
  type Entries,
} from '../../../ground/rules/tweak-setting-entry.ts';

const count = { matches: /^\d{1,9}$/, expects: 'a whole number, or empty' };

export const mail: Entries = {
  maxemailsperhour: text(
    '',
    'The most messages that a domain can send in an hour if nothing else is set. Empty: unlimited.',
    count,
  ),
  email_send_limits_max_defer_fail_percentage: text(
    '',
    'The share of an hour’s messages, in percent, that can fail before a domain cannot send. Empty: unlimited.',
    { matches: /^(?:[1-9]?\d|100)$/, expects: 'a whole number from 0 to 100, or empty' },
  ),
  email_send_limits_min_defer_fail_to_trigger_protection: integer(
    ...([
      '5',
      [0, 1_000_000],
      'The number of failed messages below which that share does not count.',
    ] as const),
  ),
  email_send_limits_defer_cutoff: integer(
    ...([
      '125',
      [100, 10_000],
      'The percentage of the hourly limit above which messages fail instead of waiting.',
    ] as const),
  ),
  email_send_limits_count_mailman: flag('0', 'Whether messages to mailing lists count for the hourly limit.'),
  email_outbound_spam_detect_enable: flag(
    '1',
    'Whether accounts that send unusually many messages are noticed.',
  ),
  email_outbound_spam_detect_action: oneOf(
    ...(['noaction', ['noaction', 'hold', 'block'], 'What happens to the mail of such an account.'] as const),
  ),
  email_outbound_spam_detect_threshold: integer(
    ...(['500', [1, 1_000_000], 'The recipients in an hour above which an account is noticed.'] as const),
  ),
  defaultmailaction: oneOf(
    ...([
      'localuser',
      ['localuser', 'fail', 'blackhole'],
      'Where mail to unknown addresses of a new account goes.',
    ] as const),
  ),
  mailbox_storage_format: oneOf('maildir', ['maildir', 'mdbox'], 'The format of new accounts’ mailboxes.'),
  mailserver: oneOf('dovecot', ['dovecot', 'disabled'], 'The IMAP and POP3 server.'),
  nobodyspam: flag('1', 'Whether the user nobody is kept from sending mail to other servers.'),
  eximmailtrap: flag('1', 'Whether messages carry headers that show which script sent them.'),
  'exim-retrytime': integer('15', [1, 1440], 'The minutes between two attempts to deliver the mail queue.'),
  exim_retention_days: acting(
    integer('10', [1, 365], 'The days for which the delivery statistics are kept.'),
  ),
  popbeforesmtp: flag('0', 'Whether a POP3 login allows its address to send mail for a while.'),
  emailarchive: flag('0', 'Whether users can archive all mail of a domain.'),
  skipspamassassin: acting(flag('0', '1: SpamAssassin is off, for all accounts.')),
  skipspambox: flag('1', '1: there is no separate folder for spam.'),
  skipboxtrapper: flag('0', '1: BoxTrapper, which asks unknown senders to confirm, is off.'),
  skipmailman: flag('0', '1: mailing lists (Mailman) are off.'),
  skiproundcube: flag('0', '1: the webmail client Roundcube is off.'),
  roundcube_db: oneOf(
    'sqlite',
    ['sqlite', 'mysql'],
    'The kind of database in which Roundcube stores its data.',
  ),
  smtpmailgidonly: flag('1', 'Whether only the mail server and root can connect to remote SMTP servers.'),
  email_account_quota_userdefined_default_value: integer(
    ...(['1024', [1, 4_294_967_296], 'The quota in MiB that is proposed for a new email account.'] as const),
  ),
  emailusers_diskusage_warn_percent: acting(
    percentage(
      '80',
      'The owner of an account that has used this share of its disk space gets a first warning. 0: none.',
    ),
  ),
  emailusers_diskusage_critical_percent: acting(
    percentage(
      '90',
      'The owner of an account that has used this share of its disk space gets an urgent warning. 0: none.',
    ),
  ),
  emailusers_diskusage_full_percent: acting(
    percentage(
      '98',
      'The owner of an account that has used this share of its disk space gets the last warning. 0: none.',
    ),
  ),
  create_account_dkim: acting(flag('1', 'Whether the mail of new domains is signed with DKIM.')),
  create_account_spf: acting(flag('1', 'Whether the zones of new domains have an SPF record.')),
  VFILTERDIR: path('/etc/vfilters', 'The directory of the domains’ mail filters.'),
};
