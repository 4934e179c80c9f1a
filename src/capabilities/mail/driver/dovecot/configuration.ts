// The whole configuration of Dovecot 2.4. It names no account: identities are in a database that it asks at each login.
import { SERVER_CERTIFICATE } from '../exim/places.ts';
import { IS_FULL } from '../exim/room-acl.ts';
import { SIEVE_COMMAND, SIEVE_COMMAND_SQL } from '../exim/program-acl.ts';
import { IDENTITIES, NAMES, OWN_PARTS } from './places.ts';
import { quotaWarnings } from './quota-warning.ts';

export interface DovecotOptions {
  readonly hostname: string;
  /** The name of the script in the folder of a mailbox that runs before its own. */
  readonly script: string;
  /** The file that says where Dovecot asks whether a login may go on, and has the secrets for it. */
  readonly policySecrets: string;
}

/** Mail to an account itself comes to its name at this server: `bob@server.example`. */
const addressed = (hostname: string) =>
  `CASE WHEN '%{user | domain | lower}' = '${hostname}' THEN '%{user | username | lower}' ELSE '%{user | lower}' END`;

export function renderDovecot(
  { hostname, script, policySecrets }: DovecotOptions,
  locate: (path: string) => string,
): string {
  return `# Written by whmapi1, which replaces this file. Own settings: /etc/dovecot/local.conf.
dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.0
protocols = imap pop3 lmtp sieve
listen = *, ::

ssl = required
ssl_server_cert_file = ${locate(SERVER_CERTIFICATE)}
ssl_server_key_file = ${locate(SERVER_CERTIFICATE)}
auth_mechanisms = plain login
auth_allow_cleartext = no
# Hashes of MD5 that mailboxes bring from other servers. Otherwise Dovecot refuses the right password.
auth_allow_weak_schemes = yes
auth_username_format = %{user | lower}
# Programs with another user ID belong to the system.
first_valid_uid = 1000

sql_driver = sqlite
sqlite_path = ${locate(IDENTITIES)}

passdb sql {
  query = SELECT hash AS password, address AS user FROM identity WHERE address = '%{user}' AND hash IS NOT NULL AND can_log_in = 1
  default_password_scheme = CRYPT
  result_failure = continue
}
# The name of an account: “continue” asks PAM for its password. Any other name ends here.
passdb account {
  driver = sql
  sql_query = SELECT NULL AS password, 'y' AS nopassword, address AS user FROM identity WHERE address = '%{user}' AND hash IS NULL AND can_log_in = 1
  result_success = continue-fail
  result_failure = return-fail
  result_internalfail = return-fail
}
passdb pam {
  service_name = whmapi1-mail
}
userdb sql {
  query = SELECT address AS user, uid, gid, home, maildir AS mail_path, maildir AS mail_inbox_path, quota || 'B' AS quota_storage_size, CASE creates_folders WHEN 1 THEN 'yes' ELSE 'no' END AS lda_mailbox_autocreate, ${SIEVE_COMMAND_SQL} AS sendmail_path FROM identity WHERE address = ${addressed(hostname)}
  iterate_query = SELECT address AS user FROM identity
}

mail_driver = maildir
mail_path = %{home}/mail
mail_inbox_path = %{home}/mail
namespace inbox {
  inbox = yes
  prefix = INBOX.
  separator = .
  mailbox Drafts {
    special_use = \\Drafts
    auto = subscribe
  }
  mailbox Sent {
    special_use = \\Sent
    auto = subscribe
  }
  mailbox Trash {
    special_use = \\Trash
    auto = subscribe
  }
  mailbox Junk {
    special_use = \\Junk
    auto = subscribe
  }
  mailbox Archive {
    special_use = \\Archive
    auto = no
  }
}
mail_plugins {
  quota = yes
}
quota "User quota" {
  driver = maildir
${quotaWarnings(locate)}}
# By default, a mailbox may exceed its limit by 10 MB.
quota_storage_grace = 0
quota_full_tempfail = no

protocol imap {
  mail_plugins {
    imap_quota = yes
  }
}
protocol lmtp {
  mail_plugins {
    sieve = yes
  }
}
recipient_delimiter = +
# Mail for sales+shop@bob.example goes to the folder “shop”, or to the inbox if it does not exist and is not created.
lmtp_save_to_detail_mailbox = yes
lda_mailbox_autosubscribe = yes
# What whmapi1 writes comes before the script of the mailbox itself.
sieve_script whmapi1 {
  type = before
  path = ~/${script}
}
sieve_script personal {
  type = personal
  path = ~/sieve
  active_path = ~/.dovecot.sieve
}
# Mail of scripts is that of an account: “userdb” says of which one. Exim refuses it without that.
sendmail_path = ${SIEVE_COMMAND}
# Bounces of redirected mail go to the mailbox.
sieve_vacation_send_from_recipient = yes
sieve_redirect_envelope_from = recipient
sieve_max_redirects = 4
sieve_vacation_min_period = 0
sieve_extensions {
  vacation-seconds = yes
}

# Dovecot asks whmapi1d before it checks a password, and again if it is right, and reports the outcome. If whmapi1d does
# not answer, logins go on.
auth_policy_check_before_auth = yes
auth_policy_check_after_auth = yes
auth_policy_report_after_auth = yes
auth_policy_request_attributes {
  login = %{user}
  remote = %{remote_ip}
  protocol = %{protocol}
  pwhash = %{hashed_password}
  fail_type = %{fail_type}
  mechanism = %{mechanism}
  port = %{remote_port}
  server = %{local_port}
}
!include_try ${policySecrets}
# whmapi1d says how long a login waits after wrong passwords. Dovecot counts addresses alone, and all local programs share one.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}

# Only Exim delivers: it knows limits, suspensions and blocked senders. Dovecot would let every local user deliver, and
# have the folders of others indexed.
service lmtp {
  unix_listener lmtp {
    mode = 0600
  }
  unix_listener lmtp-exim {
    mode = 0660
    user = Debian-exim
  }
}
# Exim asks whether a mailbox has room before it accepts mail for it.
service quota-status {
  executable = quota-status -p postfix
  client_limit = 1
  # Otherwise the process would keep the user of the last mailbox, who could not be removed.
  restart_request_count = 1
  unix_listener quota-exim {
    mode = 0660
    user = Debian-exim
  }
}
quota_status_success = OK
quota_status_nouser = OK
quota_status_overquota = ${IS_FULL}
quota_status_toolarge = ${IS_FULL}
service indexer {
  unix_listener indexer {
    mode = 0600
  }
}
# It tells everybody who asks which mailboxes exist. Root’s processes and tools need no more.
service auth {
  unix_listener auth-userdb {
    mode = 0600
  }
  unix_listener auth-exim {
    mode = 0660
    user = Debian-exim
  }
}

# Nothing here uses these two.
service imap-urlauth-login {
  unix_listener imap-urlauth {
    mode = 0600
  }
}
service dns-client {
  unix_listener dns-client {
    mode = 0600
  }
}

!include_try ${OWN_PARTS}
!include_try ${NAMES}/*.conf
!include_try /etc/dovecot/local.conf
`;
}

/** Only users of accounts get so far. PAM also refuses those that are suspended. */
export const PAM_CONTENT = `# Written by whmapi1: the logins of accounts to their mail.
auth required pam_unix.so
account required pam_unix.so
`;
