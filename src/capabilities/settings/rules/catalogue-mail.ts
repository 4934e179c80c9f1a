// Tweak settings of the module Main: mail.
import {
  acting,
  fixed,
  flag,
  integer,
  oneOf,
  path,
  percentage,
  text,
  type Entries,
} from '../../../ground/rules/tweak-setting-entry.ts';

const count = { matches: /^\d{1,9}$/, expects: 'a whole number, or empty' };
const USE_LIMITS = 'mail is limited by maxemailsperhour and by the packages of accounts.';

export const mail: Entries = {
  maxemailsperhour: acting(
    text(
      '',
      'The most messages that a domain can send in an hour if nothing else is set. Empty or 0: unlimited.',
      count,
    ),
  ),
  email_send_limits_max_defer_fail_percentage: acting(
    text(
      '',
      'The share of an hour’s messages, in percent, that can fail before a domain cannot send, if nothing else is set. ' +
        'Empty or 0: unlimited.',
      { matches: /^(?:[1-9]?\d|100)$/, expects: 'a whole number from 0 to 100, or empty' },
    ),
  ),
  email_send_limits_min_defer_fail_to_trigger_protection: acting(
    integer(
      ...([
        '5',
        [0, 1_000_000],
        'The number of failed messages below which that share does not count.',
      ] as const),
    ),
  ),
  email_send_limits_defer_cutoff: fixed(
    integer(
      ...([
        '100',
        [100, 10_000],
        'The percentage of the hourly limit above which messages fail instead of waiting.',
      ] as const),
    ),
    'it does not queue messages above the limit. Programs cannot send them, and logins are asked to send them later.',
  ),
  email_send_limits_count_mailman: acting(
    flag('0', 'Whether messages of mailing lists to their members count for the hourly limit.'),
  ),
  email_outbound_spam_detect_enable: fixed(
    flag('0', 'Whether accounts that send unusually many messages are noticed.'),
    USE_LIMITS,
  ),
  email_outbound_spam_detect_action: fixed(
    oneOf(
      ...([
        'noaction',
        ['noaction', 'hold', 'block'],
        'What happens to the mail of such an account.',
      ] as const),
    ),
    USE_LIMITS,
  ),
  email_outbound_spam_detect_threshold: fixed(
    integer(
      ...(['500', [1, 1_000_000], 'The recipients in an hour above which an account is noticed.'] as const),
    ),
    USE_LIMITS,
  ),
  defaultmailaction: acting(
    oneOf(
      ...([
        'localuser',
        ['localuser', 'fail', 'blackhole'],
        'Where mail to unknown addresses of a new account goes.',
      ] as const),
    ),
  ),
  mailbox_storage_format: fixed(
    oneOf('maildir', ['maildir', 'mdbox'], 'The format of new accounts’ mailboxes.'),
    'it keeps all mail as maildir.',
  ),
  mailserver: fixed(
    oneOf('dovecot', ['dovecot', 'disabled'], 'The IMAP and POP3 server.'),
    'Dovecot belongs to the role MailReceive. To have no mail server, activate a profile without it.',
  ),
  nobodyspam: acting(
    flag(
      '1',
      'Whether the users nobody and www-data are kept from sending mail to other servers. Websites have their own users.',
    ),
  ),
  eximmailtrap: fixed(
    flag('0', 'Whether messages carry headers that show which script sent them.'),
    'PHP’s own setting “mail.add_x_header” does it for each account.',
  ),
  'exim-retrytime': acting(
    integer(...(['5', [1, 1440], 'The minutes between two attempts to deliver the mail queue.'] as const)),
  ),
  exim_retention_days: acting(
    integer('10', [1, 365], 'The days for which the delivery statistics are kept.'),
  ),
  popbeforesmtp: fixed(
    flag('0', 'Whether a POP3 login allows its address to send mail for a while.'),
    'sending always needs a login, because others can have the same address.',
  ),
  emailarchive: fixed(
    flag('0', 'Whether users can archive all mail of a domain.'),
    'it does not archive mail. A filter can save copies to a folder.',
  ),
  skipspamassassin: acting(flag('0', '1: SpamAssassin is off, for all accounts.')),
  skipspambox: fixed(
    flag('0', '1: there is no separate folder for spam.'),
    'each account chooses with Email::enable_spam_box and Email::disable_spam_box.',
  ),
  skipboxtrapper: fixed(
    flag('1', '1: BoxTrapper, which asks unknown senders to confirm, is off.'),
    'it has no BoxTrapper, which would answer to forged senders. Use greylisting.',
  ),
  skipmailman: acting(flag('0', '1: mailing lists (Mailman) are off.')),
  skiproundcube: fixed(
    flag('0', '1: the webmail client Roundcube is off.'),
    'the role Webmail decides it. Activate a profile with or without it.',
  ),
  roundcube_db: fixed(
    oneOf('sqlite', ['sqlite', 'mysql'], 'The kind of database in which Roundcube stores its data.'),
    'Roundcube uses SQLite.',
  ),
  smtpmailgidonly: acting(
    flag('0', 'Whether only the mail server, Mailman and root can connect to remote SMTP servers.'),
  ),
  email_account_quota_userdefined_default_value: acting(
    integer(...(['1024', [1, 999_999_999], 'The quota in MiB of a new mailbox that names none.'] as const)),
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
  VFILTERDIR: fixed(
    path('', 'The directory of the domains’ mail filters.'),
    'filters are Sieve scripts in the homes of accounts.',
  ),
};
