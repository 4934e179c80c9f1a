// The whole configuration of Exim. It names no account: what belongs to one is looked up, at each message, in the files of
// `places.ts`. Names from outside become part of a path only after a lookup in a folder (dsearch) has found them there.
import { COUNT_GUESSES, LOCAL_GUESSES } from './local-guesses.ts';
import { REFUSE_LISTED } from './block-lists.ts';
import { REFUSE_COUNTRIES } from './country-acl.ts';
import { DKIM_ACL, VERIFY_SENDER } from './dmarc-acl.ts';
import { checkFrom, FROM_DOMAIN, MAX_HEADER, refuseHeaders } from './from-acl.ts';
import { DEFER_UNKNOWN, GREYLIST_ACL } from './greylist-acl.ts';
import {
  IS_MAILMAN,
  LIMIT_NOTICES,
  LIST_AUTHENTICATOR,
  LIST_TRANSPORT,
  listRouters,
} from './list-routers.ts';
import { fileIn, ownerOf, settingOfOwner, valueIn } from './lookup-expansions.ts';
import { MOVING_DOMAINS, MOVING_ROUTER } from './moving-router.ts';
import { DISCARD_REPORTS, HIDE_DELIVERY, NOTE_FORWARDED, NOTE_PROGRAM, OWN_RESULT } from './program-acl.ts';
import {
  COUNT_FAILURE,
  COUNT_SENT,
  LIMIT_BOUNCES,
  LIMIT_LOGIN,
  LIMIT_PROGRAM,
  LIMIT_PROGRAM_SESSION,
} from './sending-limits.ts';
import { REMOTE_TRANSPORT, SRS_KEY } from './remote-transport.ts';
import { asMailbox, REFUSE_FULL } from './room-acl.ts';
import { serverSetting } from './server-settings.ts';
import { ASK_SPAMASSASSIN, noteSpamFilter, SPAM_HEADERS, spamRouters } from './spam-acl.ts';
import { SOCKET as SPAMD } from '../spamassassin/places.ts';
import {
  ACCOUNTS,
  ALIASES,
  BLOCKED,
  BLOCKED_DOMAINS,
  CERTIFICATES,
  DOMAINS,
  MAILBOXES,
  REDIRECTS,
  SECONDARY,
  SERVER_CERTIFICATE,
} from './places.ts';

export interface EximOptions {
  readonly hostname: string;
  /** Minutes between two runs of the queue. */
  readonly queueInterval: number;
}

/** The account whose mail an address receives. */
const OWNER_OF_RECIPIENT = `\${if eqi{$domain}{$primary_hostname}{${fileIn(ACCOUNTS, '${lc:$local_part}')}}{${ownerOf('$domain')}}}`;
/** How a mailbox may send: `held`, `suspended`, or empty. The local part and domain are those of the login. */
const OUTGOING_OF_MAILBOX =
  `\${lookup{\${lc:\${domain:$authenticated_id}}}dsearch,filter=file{${MAILBOXES}}` +
  `{\${extract{outgoing}{\${lookup{\${lc:\${local_part:$authenticated_id}}}lsearch{${MAILBOXES}/$value}}}}}}`;
/** Uses the queue of an account whose mail is held, as `heldQueue` names it. */
const HOLD_ACCOUNT = `condition = \${if and{{def:acl_m_owner}{eq{${settingOfOwner('outgoing')}}{held}}}}
        queue = held-$acl_m_owner`;
/** The program acts for a mailbox, as Dovecot does (`program-acl.ts`), or the login is one. */
const IS_OF_MAILBOX = 'match{$authenticated_id}{@}';
/** Names the queue of a mailbox whose mail is held, as `heldQueue` does. */
const HELD_SUFFIX = '${length_12:${sha256:${lc:$authenticated_id}}}';
const HOLD_MAILBOX = `condition = \${if and{{def:acl_m_owner}{${IS_OF_MAILBOX}}{eq{${OUTGOING_OF_MAILBOX}}{held}}}}
        queue = held-$acl_m_owner-${HELD_SUFFIX}`;
const IS_SUSPENDED = `or{{eq{${settingOfOwner('outgoing')}}{suspended}}{and{{${IS_OF_MAILBOX}}{eq{${OUTGOING_OF_MAILBOX}}{suspended}}}}}`;
/** The file of the name that the client asks for (SNI). It can be anything. The name of the server has no such file. */
const certificate = `\${if eqi{$tls_in_sni}{$primary_hostname}{${SERVER_CERTIFICATE}}{\${lookup{\${lc:$tls_in_sni}}dsearch,filter=file{${CERTIFICATES}}{${CERTIFICATES}/$value}{${SERVER_CERTIFICATE}}}}}`;
const AUTHENTICATORS = ['plain', 'login', 'oauthbearer', 'xoauth2'];

export function renderExim({ hostname }: Pick<EximOptions, 'hostname'>): string {
  return `# Written by whmapi1, which replaces this file. It names no account: see ${DOMAINS} and its neighbours.

primary_hostname = ${hostname}
exim_path = /usr/sbin/exim4
keep_environment =
add_environment = PATH=/usr/sbin:/usr/bin:/sbin:/bin
domainlist local_domains = @ : dsearch,filter=file;${ALIASES} : ${MOVING_DOMAINS}
domainlist relay_to_domains = dsearch,filter=file;${SECONDARY}

daemon_smtp_ports = 25 : 465 : 587
tls_on_connect_ports = 465
tls_advertise_hosts = *
tls_certificate = ${certificate}
tls_privatekey = ${certificate}
# A password is only accepted over TLS, and never on the port for other servers.
auth_advertise_hosts = \${if and{{def:tls_in_cipher}{!={$received_port}{25}}}{*}}

never_users = root
trusted_users = root
local_from_check = false
local_sender_retain = false
untrusted_set_sender = *
prod_requires_admin
rfc1413_query_timeout = 0s
dns_dnssec_ok = 0
smtp_accept_max = 200
smtp_accept_max_per_host = 50
recipients_max = 500
header_line_maxsize = ${MAX_HEADER}
# Of programs: where an address leads is the business of the account that has it.
commandline_checks_require_admin
recipients_max_reject = true
message_size_limit = 50M
ignore_bounce_errors_after = 1d
timeout_frozen_after = 5d
log_file_path = /var/log/exim4/%slog
syslog_duplication = false
log_selector = +sender_on_delivery +received_recipients +received_sender +smtp_confirmation +incoming_port \\
  +incoming_interface +subject +tls_sni +delivery_size +queue_time +deliver_time +millisec +return_path_on_delivery \\
  +smtp_protocol_error +pid -retry_defer -queue_run
event_action = \${if match{$event_name}{\\N^msg:fail:\\N}{\${acl{count_failure}{$event_data}}}}${COUNT_GUESSES}
dkim_verify_hashes = sha256 : sha512
spamd_address = ${SPAMD} retry=0s tmo=20s

acl_smtp_connect = check_connect
acl_smtp_auth = check_auth
acl_smtp_mail = check_mail
acl_smtp_rcpt = check_rcpt
acl_smtp_dkim = check_dkim
acl_smtp_data = check_data
acl_not_smtp_start = check_local_start
acl_not_smtp = check_local

begin acl

${COUNT_FAILURE}
check_connect:
  deny  hosts = net-iplsearch;${BLOCKED}
        message = 554 Your address is blocked.
  accept

${LOCAL_GUESSES}# Who sends: $acl_m_owner is the account. It is empty for mail from other servers and of the system itself.
check_mail:
  # A program on this server, by “sendmail -bs”.
  accept hosts = :
        set acl_m_owner = ${fileIn(ACCOUNTS, '$sender_ident')}
  deny  condition = \${if and{{!={$received_port}{25}}{!def:authenticated_id}}}
        message = 530 5.7.0 Authentication required.
  deny  !authenticated = *
        condition = \${lookup{\${lc:$sender_address_domain}}dsearch,filter=file{${BLOCKED_DOMAINS}}{yes}{no}}
        message = 550 5.7.1 Mail from this domain is refused.
${REFUSE_COUNTRIES}  accept !authenticated = *
        set acl_m_owner =
  # Mailman’s own notices have no account. Its other mail is that of the list’s account.
  accept condition = \${if and{{${IS_MAILMAN}}{eqi{$sender_address_domain}{$primary_hostname}}}}
        set acl_m_owner =
  warn  set acl_m_owner = \${if ${IS_MAILMAN}{${ownerOf('$sender_address_domain')}}{\${if match{$authenticated_id}{@}{${ownerOf('${domain:$authenticated_id}')}}{${fileIn(ACCOUNTS, '$authenticated_id')}}}}}
  # A login without an account would own every domain that nobody here owns.
  deny  condition = \${if !def:acl_m_owner}
        message = 550 5.7.1 There is no account for this login.
  deny  condition = \${if ${IS_SUSPENDED}}
        message = 550 5.7.1 Outgoing mail of this account is suspended.
  deny  condition = \${if and{{def:sender_address}{!eqi{$acl_m_owner}{${ownerOf('$sender_address_domain')}}}}}
        message = 550 5.7.1 This account may not send as <$sender_address>.
  accept

check_rcpt:
  deny  hosts = :
        condition = \${if and{{def:acl_m_owner}{eq{${settingOfOwner('outgoing')}}{suspended}}}}
        message = 550 5.7.1 Outgoing mail of this account is suspended.
${LIMIT_PROGRAM_SESSION}${HIDE_DELIVERY}  # A queue of its own: no ordinary run of the queue touches it.
  warn  authenticated = *
        ${HOLD_MAILBOX}
        control = queue_only
  warn  ${HOLD_ACCOUNT}
        control = queue_only
  accept hosts = :
  deny  local_parts = ^[./|::] : ^.*[@%!|\`#&?{}\\\\\\\\] : ^.*/\\\\.\\\\./
        message = 501 5.1.3 The address contains characters that are not accepted.
  drop  condition = \${if >{$rcpt_fail_count}{10}}
        message = 550 5.7.1 Too many unknown recipients.
  accept condition = \${if and{{${IS_MAILMAN}}{!def:acl_m_owner}}}
${LIMIT_LOGIN}  # A member’s message keeps its header as it is.
  accept condition = \${if ${IS_MAILMAN}}
  accept authenticated = *
        control = submission/sender_retain
  deny  domains = ! +local_domains : ! +relay_to_domains
        message = 550 5.7.1 Relaying is not permitted.
${REFUSE_LISTED}${LIMIT_BOUNCES}  require verify = recipient
${DEFER_UNKNOWN}${REFUSE_FULL}${noteSpamFilter(OWNER_OF_RECIPIENT)}  accept

${GREYLIST_ACL}
${DKIM_ACL}
check_data:
${refuseHeaders(60_000, '552 5.3.4 ')}${checkFrom('550 5.6.0 ')}${NOTE_PROGRAM}  accept hosts = :
${LIMIT_NOTICES}${COUNT_SENT}  accept condition = \${if ${IS_MAILMAN}}
  deny  authenticated = *
        !condition = \${if eqi{$acl_m_owner}{${ownerOf(FROM_DOMAIN)}}}
        message = 550 5.7.1 This account may not write as the address in the header “From”.
  accept authenticated = *
        add_header = ${OWN_RESULT}
${VERIFY_SENDER}${ASK_SPAMASSASSIN}  accept

# Programs on this server, such as PHP, and Dovecot.
check_local_start:
  warn  set acl_m_owner = ${fileIn(ACCOUNTS, '$sender_ident')}
  warn  ${HOLD_MAILBOX}
  warn  ${HOLD_ACCOUNT}
  accept

check_local:
${DISCARD_REPORTS}${refuseHeaders(65_000)}${checkFrom()}  warn  set acl_m_owner = ${fileIn(ACCOUNTS, '$sender_ident')}
${NOTE_FORWARDED}${NOTE_PROGRAM}${HIDE_DELIVERY}  accept condition = \${if !def:acl_m_owner}
  deny  condition = \${if ${IS_SUSPENDED}}
        message = Outgoing mail of the account $acl_m_owner is suspended.
${LIMIT_PROGRAM}  # Exim forgets this if it is said before the message has arrived.
  warn  condition = \${if match{$queue_name}{\\N^held-\\N}}
        control = queue_only
  accept

begin routers

# Bounces of mail that was forwarded.
forwarded_bounce:
  driver = redirect
  domains = @
  senders = :
  condition = \${if inbound_srs{$local_part}{${SRS_KEY}}}
  data = $srs_recipient

${MOVING_ROUTER}# Mail that was already in the queue when its account was held or suspended.
held:
  driver = redirect
  allow_defer
  domains = ! +local_domains
  condition = \${if def:acl_m_owner}
  condition = \${if eq{${settingOfOwner('outgoing')}}{held}}
  # Its own queue waits for “release”, which delivers it.
  condition = \${if !match{$queue_name}{\\N^held-\\N}}
  data = :defer: outgoing mail of $acl_m_owner is held

suspended:
  driver = redirect
  allow_fail
  domains = ! +local_domains
  condition = \${if def:acl_m_owner}
  condition = \${if eq{${settingOfOwner('outgoing')}}{suspended}}
  data = :fail: outgoing mail of $acl_m_owner is suspended

# The web server and its like. Websites have users of their own.
nobody:
  driver = redirect
  allow_fail
  domains = ! +local_domains
  condition = \${if and{{inlist{$sender_ident}{nobody:www-data}}{!def:sender_host_address}{!eq{${serverSetting('nobody-off')}}{0}}}}
  data = :fail: the user $sender_ident may not send mail to other servers (nobodyspam)

redirected_domain:
  driver = manualroute
  domains = dsearch,filter=file;${REDIRECTS}
  route_data = \${lookup{host}lsearch{${REDIRECTS}/$domain_data}}
  self = send
  transport = remote_smtp
  no_more

remote:
  driver = dnslookup
  domains = ! +local_domains
  transport = remote_smtp
  same_domain_copy_routing
  # The domain of a removed account: its mail is returned.
  self = fail
  ignore_target_hosts = <; 0.0.0.0 ; 127.0.0.0/8 ; ::1
  no_more

${spamRouters(OWNER_OF_RECIPIENT)}${listRouters({
    isSuspended: `eq{${valueIn(ACCOUNTS, ownerOf('$domain'), 'outgoing')}}{suspended}`,
    owner: ownerOf('$domain'),
  })}
aliases:
  driver = redirect
  domains = dsearch,filter=file;${ALIASES}
  data = \${lookup{\${lc:$local_part}}lsearch{${ALIASES}/$domain_data}}
  hide_child_in_errmsg
${SPAM_HEADERS}
${REDIRECT_LIMITS}
  check_ancestor

suspended_mailbox:
  driver = redirect
  allow_fail
  domains = dsearch,filter=file;${MAILBOXES}
  local_part_suffix = +*
  local_part_suffix_optional
  condition = \${if eq{\${extract{incoming}{\${lookup{\${lc:$local_part}}lsearch{${MAILBOXES}/$domain_data}}}}}{suspended}}
  data = :fail: Incoming mail of this mailbox is suspended.

mailbox:
  driver = accept
  domains = dsearch,filter=file;${MAILBOXES}
  local_parts = lsearch,ret=key;${MAILBOXES}/$domain_data
  local_part_suffix = +*
  local_part_suffix_optional
${asMailbox('$local_part@$domain')}${SPAM_HEADERS}
  transport = dovecot

forwarded_domain:
  driver = redirect
  domains = dsearch,filter=file;${ALIASES}
  condition = \${lookup{forward}lsearch{${DOMAINS}/$domain_data}{yes}{no}}
  data = \${quote_local_part:$local_part}@\${lookup{forward}lsearch{${DOMAINS}/$domain_data}}
  hide_child_in_errmsg
${SPAM_HEADERS}
${REDIRECT_LIMITS}

default_address:
  driver = redirect
  domains = dsearch,filter=file;${ALIASES}
  data = \${lookup{*}lsearch{${ALIASES}/$domain_data}}
  hide_child_in_errmsg
${SPAM_HEADERS}
${REDIRECT_LIMITS}

account:
  driver = accept
  domains = @
  local_parts = dsearch,filter=file;${ACCOUNTS}
${asMailbox('$local_part@$primary_hostname')}${SPAM_HEADERS}
  transport = dovecot

system_aliases:
  driver = redirect
  domains = @
  data = \${lookup{\${lc:$local_part}}lsearch{/etc/aliases}}
${REDIRECT_LIMITS}

root:
  driver = redirect
  domains = @
  local_parts = root
  data = /var/mail/mail
  file_transport = file
  user = mail
  group = mail
  forbid_include
  forbid_pipe

system_user:
  driver = accept
  domains = @
  check_local_user
  local_parts = ! root
  transport = system_mailbox

begin transports

${REMOTE_TRANSPORT}
dovecot:
  driver = lmtp
  socket = /run/dovecot/lmtp-exim
  rcpt_include_affixes
  batch_max = 50

${LIST_TRANSPORT}
file:
  driver = appendfile
  delivery_date_add
  envelope_to_add
  return_path_add

system_mailbox:
  driver = appendfile
  file = /var/mail/$local_part_data
  delivery_date_add
  envelope_to_add
  return_path_add
  group = mail
  mode = 0660
  mode_fail_narrower = false

begin retry

* * F,2h,1m; G,16h,1h,1.5; F,4d,6h

begin authenticators

${AUTHENTICATORS.map(authenticator).join('\n')}${LIST_AUTHENTICATOR}`;
}

/** What a destination may be: an address, \`:fail:\`, \`:blackhole:\`. It comes from an account. */
const REDIRECT_LIMITS = `  allow_fail
  allow_defer
  forbid_file
  forbid_include
  forbid_pipe
  forbid_filter_run`;

const authenticator = (name: string) => `${name}:
  driver = dovecot
  public_name = ${name.toUpperCase()}
  server_socket = /run/dovecot/auth-exim
  server_set_id = $auth1
`;
