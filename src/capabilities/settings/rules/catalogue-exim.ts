// Tweak settings of the module Mail: the options of Exim.
import {
  acting,
  flag,
  integer,
  oneOf,
  path,
  text,
  within,
  type Entries,
} from '../../../ground/rules/tweak-setting-entry.ts';

const score = [1, 1000] as const;

export const exim: Entries = within('Mail', {
  acl_0tracksenders: flag('0', 'Whether the senders of messages are counted.'),
  acl_default_exiscan: flag('1', 'Whether messages are scanned while they arrive.'),
  acl_delay_unknown_hosts: flag('1', 'Whether hosts that never sent mail before wait for the greeting.'),
  acl_deny_rcpt_hard_limit: text('', 'The wrong recipients after which a connection ends. Empty: no limit.', {
    matches: /^\d{1,6}$/,
    expects: 'a whole number, or empty',
  }),
  acl_deny_rcpt_soft_limit: text(
    '',
    'The wrong recipients after which the others are rejected. Empty: no limit.',
    {
      matches: /^\d{1,6}$/,
      expects: 'a whole number, or empty',
    },
  ),
  acl_deny_spam_score_over_int: acting(
    text('', 'Ten times the spam score above which messages are rejected. Empty: none are.', {
      matches: /^\d{1,4}$/,
      expects: 'a whole number, or empty',
    }),
  ),
  acl_dictionary_attack: flag('1', 'Whether hosts that try many unknown recipients are slowed down.'),
  acl_dkim_disable: flag('1', '1: the DKIM signatures of incoming mail are not verified.'),
  acl_dkim_bl: flag('0', 'Whether messages with a wrong DKIM signature are rejected.'),
  acl_dmarc: acting(
    flag(
      '1',
      'Whether the DMARC policy of a sender’s domain is followed (not in WHM): refuse, or mark as spam.',
    ),
  ),
  acl_primary_hostname_bl: flag('0', 'Whether other hosts cannot greet with this server’s hostname.'),
  acl_ratelimit: flag('1', 'Whether hosts that connect too often or break the protocol are slowed down.'),
  acl_ratelimit_spam_score_over_int: integer(
    '100',
    score,
    'Ten times the spam score above which hosts are slowed down.',
  ),
  acl_requirehelo: flag('1', 'Whether a greeting (HELO) is required before a sender.'),
  acl_requirehelonoforge: flag('1', 'Whether greetings with a local domain are rejected.'),
  acl_requirehelosyntax: flag('1', 'Whether a greeting must be a valid name (RFC 2821).'),
  acl_slow_fail_block: flag('1', 'Whether hosts that fail to log in again and again are slowed down.'),
  acl_spamcop_rbl: flag('0', 'Whether hosts on the list of SpamCop are rejected.'),
  acl_spamhaus_rbl: flag('0', 'Whether hosts on the list of Spamhaus are rejected.'),
  acl_spf_bl: flag('0', 'Whether messages are rejected if the SPF record of their domain says so.'),
  allowweakciphers: flag('0', 'Whether weak ciphers are allowed.'),
  callouts: flag('0', 'Whether senders are verified by asking their own servers.'),
  custom_mailhelo: flag('0', 'Whether /etc/mailhelo sets the greeting of each domain.'),
  custom_mailips: flag('0', 'Whether /etc/mailips sets the sending address of each domain.'),
  per_domain_mailips: flag('1', 'Whether each domain sends from its own IP address.'),
  use_rdns_for_helo: flag('1', 'Whether the greeting is the name that the sending address has in DNS.'),
  exiscanall: flag('0', 'Whether mail of authenticated senders is scanned too.'),
  filter_attachments: flag('1', 'Whether messages with dangerous attachments are rejected.'),
  filter_spam_rewrite: flag('1', 'Whether the subject of spam from other servers is kept.'),
  hiderecpfailuremessage: flag('0', 'Whether the reason why a recipient is rejected is hidden.'),
  malware_deferok: flag('1', 'Whether mail is accepted if it cannot be scanned for viruses.'),
  query_apache_for_nobody_senders: flag(
    '1',
    'Whether the web server is asked whose script sent a message as nobody.',
  ),
  rbl_whitelist: text('', 'Addresses that no block list applies to.'),
  rbl_whitelist_neighbor_netblocks: flag(
    '1',
    'Whether block lists do not apply to the networks near this server.',
  ),
  rbl_whitelist_greylist_common_mail_providers: flag(
    '1',
    'Whether block lists do not apply to the large mail providers.',
  ),
  rbl_whitelist_greylist_trusted_netblocks: flag(
    '0',
    'Whether block lists do not apply to the trusted networks.',
  ),
  require_secure_auth: flag('1', 'Whether passwords are accepted over TLS only.'),
  rewrite_from: oneOf(
    'disable',
    ['all', 'remote', 'disable'],
    'Whose From header is replaced with the real sender.',
  ),
  senderverify: flag('1', 'Whether the domain of a sender must exist.'),
  setsenderheader: flag('0', 'Whether a Sender header shows the user who sent a message.'),
  smarthost_routelist: text('', 'The servers through which all mail is sent. Empty: it is sent directly.'),
  spam_deferok: flag('1', 'Whether mail is accepted if SpamAssassin does not answer.'),
  spam_header: text('***SPAM***', 'What the subject of spam begins with.'),
  spf_include_hosts: text('', 'The hosts that the SPF records of all domains include.'),
  srs: flag('0', 'Whether the sender of forwarded mail is rewritten (SRS).'),
  systemfilter: path('/etc/cpanel_exim_system_filter', 'The filter that all messages go through.'),
  trust_x_php_script: flag('1', 'Whether the header X-PHP-Script shows whose script sent a message.'),
});
