// Tweak settings of the module Mail: the options of Exim.
import {
  acting,
  fixed,
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
  acl_0tracksenders: fixed(
    flag('0', 'Whether the senders of messages are counted.'),
    'senders are counted for the limits of their accounts only.',
  ),
  acl_default_exiscan: fixed(
    flag('1', 'Whether messages are scanned while they arrive.'),
    'skipspamassassin switches off the check for spam.',
  ),
  acl_delay_unknown_hosts: fixed(
    flag('0', 'Whether hosts that never sent mail before wait for the greeting.'),
    'greylisting does more with less waiting. Use enable_cpgreylist.',
  ),
  acl_deny_rcpt_hard_limit: fixed(
    text('10', 'The wrong recipients after which a connection ends. Empty: no limit.', {
      matches: /^\d{1,6}$/,
      expects: 'a whole number, or empty',
    }),
    'a connection ends after ten unknown recipients.',
  ),
  acl_deny_rcpt_soft_limit: fixed(
    text('', 'The wrong recipients after which the others are rejected. Empty: no limit.', {
      matches: /^\d{1,6}$/,
      expects: 'a whole number, or empty',
    }),
    'a connection ends after ten unknown recipients.',
  ),
  acl_deny_spam_score_over_int: acting(
    text('', 'Ten times the spam score above which messages are rejected. Empty: none are.', {
      matches: /^\d{1,4}$/,
      expects: 'a whole number, or empty',
    }),
  ),
  acl_dictionary_attack: fixed(
    flag('1', 'Whether hosts that try many unknown recipients are slowed down.'),
    'a connection ends after ten unknown recipients.',
  ),
  acl_dkim_disable: fixed(
    flag('0', '1: the DKIM signatures of incoming mail are not verified.'),
    'DMARC needs the result. The setting acl_dmarc says what follows from it.',
  ),
  acl_dkim_bl: fixed(
    flag('0', 'Whether messages with a wrong DKIM signature are rejected.'),
    'a wrong signature alone is no reason to reject a message (RFC 6376). The setting acl_dmarc follows policies.',
  ),
  acl_dmarc: acting(
    flag(
      '1',
      'Whether the DMARC policy of a sender’s domain is followed (not in WHM): refuse, or mark as spam.',
    ),
  ),
  acl_primary_hostname_bl: fixed(
    flag('0', 'Whether other hosts cannot greet with this server’s hostname.'),
    'a greeting proves nothing, so it decides nothing.',
  ),
  acl_ratelimit: fixed(
    flag('0', 'Whether hosts that connect too often or break the protocol are slowed down.'),
    'each host has 50 connections at most, and greylisting slows down unknown ones.',
  ),
  acl_ratelimit_spam_score_over_int: fixed(
    integer('100', score, 'Ten times the spam score above which hosts are slowed down.'),
    'hosts are not slowed down by scores. Use acl_deny_spam_score_over_int.',
  ),
  acl_requirehelo: fixed(
    flag('0', 'Whether a greeting (HELO) is required before a sender.'),
    'a greeting proves nothing, so it decides nothing.',
  ),
  acl_requirehelonoforge: fixed(
    flag('0', 'Whether greetings with a local domain are rejected.'),
    'a greeting proves nothing, so it decides nothing.',
  ),
  acl_requirehelosyntax: fixed(
    flag('1', 'Whether a greeting must be a valid name (RFC 2821).'),
    'Exim rejects greetings that are not valid.',
  ),
  acl_slow_fail_block: fixed(
    flag('0', 'Whether hosts that fail to log in again and again are slowed down.'),
    'cPHulk blocks them. Use enable_cphulk.',
  ),
  acl_spamcop_rbl: acting(flag('0', 'Whether hosts on the list of SpamCop are rejected.')),
  acl_spamhaus_rbl: acting(flag('0', 'Whether hosts on the list of Spamhaus are rejected.')),
  acl_spf_bl: fixed(
    flag('0', 'Whether messages are rejected if the SPF record of their domain says so.'),
    'DMARC decides with the result. Use acl_dmarc.',
  ),
  allowweakciphers: fixed(
    flag('0', 'Whether weak ciphers are allowed.'),
    'Debian’s TLS library decides which ciphers are safe.',
  ),
  callouts: fixed(
    flag('0', 'Whether senders are verified by asking their own servers.'),
    'other servers take such questions for attacks.',
  ),
  custom_mailhelo: fixed(
    flag('0', 'Whether /etc/mailhelo sets the greeting of each domain.'),
    'mail is sent with the hostname of this server.',
  ),
  custom_mailips: fixed(
    flag('0', 'Whether /etc/mailips sets the sending address of each domain.'),
    'mail is sent from the main address of this server.',
  ),
  per_domain_mailips: fixed(
    flag('0', 'Whether each domain sends from its own IP address.'),
    'mail is sent from the main address of this server.',
  ),
  use_rdns_for_helo: fixed(
    flag('0', 'Whether the greeting is the name that the sending address has in DNS.'),
    'mail is sent with the hostname of this server.',
  ),
  exiscanall: fixed(
    flag('0', 'Whether mail of authenticated senders is scanned too.'),
    'mail of logins is not scanned: it is limited for each account.',
  ),
  filter_attachments: fixed(
    flag('0', 'Whether messages with dangerous attachments are rejected.'),
    'attachments are not judged by their names.',
  ),
  filter_spam_rewrite: fixed(
    flag('1', 'Whether the subject of spam from other servers is kept.'),
    'headers say what spam is, and subjects are kept.',
  ),
  hiderecpfailuremessage: fixed(
    flag('0', 'Whether the reason why a recipient is rejected is hidden.'),
    'senders learn why a recipient is rejected.',
  ),
  malware_deferok: fixed(
    flag('1', 'Whether mail is accepted if it cannot be scanned for viruses.'),
    'there is no check for viruses.',
  ),
  query_apache_for_nobody_senders: fixed(
    flag('0', 'Whether the web server is asked whose script sent a message as nobody.'),
    'programs of a website run as the user of its account.',
  ),
  rbl_whitelist: fixed(
    text('', 'Addresses that no block list applies to.'),
    'block lists are for all addresses. Use them only if this is right for your users.',
  ),
  rbl_whitelist_neighbor_netblocks: fixed(
    flag('0', 'Whether block lists do not apply to the networks near this server.'),
    'block lists are for all addresses.',
  ),
  rbl_whitelist_greylist_common_mail_providers: fixed(
    flag('0', 'Whether block lists do not apply to the large mail providers.'),
    'block lists are for all addresses.',
  ),
  rbl_whitelist_greylist_trusted_netblocks: fixed(
    flag('0', 'Whether block lists do not apply to the trusted networks.'),
    'block lists are for all addresses.',
  ),
  require_secure_auth: fixed(
    flag('1', 'Whether passwords are accepted over TLS only.'),
    'passwords are never accepted without TLS.',
  ),
  rewrite_from: fixed(
    oneOf('disable', ['all', 'remote', 'disable'], 'Whose From header is replaced with the real sender.'),
    'a sender that does not belong to the account is refused instead.',
  ),
  senderverify: fixed(
    flag('0', 'Whether the domain of a sender must exist.'),
    'DMARC verifies senders. Use acl_dmarc.',
  ),
  setsenderheader: fixed(
    flag('0', 'Whether a Sender header shows the user who sent a message.'),
    'a sender that does not belong to the account is refused instead.',
  ),
  smarthost_routelist: fixed(
    text('', 'The servers through which all mail is sent. Empty: it is sent directly.'),
    'mail is sent directly. Email::set_manual_mx_redirects sends the mail of a domain elsewhere.',
  ),
  spam_deferok: fixed(
    flag('1', 'Whether mail is accepted if SpamAssassin does not answer.'),
    'mail passes if SpamAssassin does not answer.',
  ),
  spam_header: fixed(
    text('', 'What the subject of spam begins with.'),
    'headers say what spam is, and subjects are kept.',
  ),
  spf_include_hosts: fixed(
    text('', 'The hosts that the SPF records of all domains include.'),
    'install_spf_records sets the record of each domain.',
  ),
  srs: fixed(
    flag('1', 'Whether the sender of forwarded mail is rewritten (SRS).'),
    'forwarded mail always gets a sender of this server.',
  ),
  systemfilter: fixed(
    path('', 'The filter that all messages go through.'),
    'there is no filter for all messages.',
  ),
  trust_x_php_script: fixed(
    flag('0', 'Whether the header X-PHP-Script shows whose script sent a message.'),
    'programs of a website run as the user of its account.',
  ),
});
