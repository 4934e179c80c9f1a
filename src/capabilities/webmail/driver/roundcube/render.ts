// The files of Roundcube: its configuration, its PHP-FPM, the unit of systemd for that, and what Dovecot must know.
import { CLIENT, CONFIGURATION, DATA, SOCKET, TOKEN_PORT, UNIT, AUTHORIZE } from '../../rules/places.ts';
import { ROUNDCUBE_SECRETS } from '../../rules/secrets.ts';

const HEADER = 'Written by whmapi1, which replaces this file.';
/** As large as the mail that Exim accepts. An attachment is a third larger in a message. */
const [MESSAGE, ATTACHMENT, REQUEST] = ['50M', '36M', '64M'];

/** Debian’s defaults. Roundcube looks for them beside its configuration. */
export const DEFAULTS = `<?php
// ${HEADER}
require '/etc/roundcube/defaults.inc.php';
`;

/** @param hostname of the server. */
export function renderRoundcube(hostname: string): string {
  const tls = `['ssl' => ['verify_peer' => false, 'verify_peer_name' => false]]`;
  return `<?php
// ${HEADER} Own settings: ${CONFIGURATION}/local.inc.php.
// It has no secrets: ${ROUNDCUBE_SECRETS} does.
$config = [];
$config['db_dsnw'] = 'sqlite:///${DATA}/roundcube.db?mode=0600';
$config['des_key'] = getenv('ROUNDCUBE_DES_KEY');
$config['cipher_method'] = 'AES-256-CBC';
$config['log_driver'] = 'syslog';
$config['syslog_id'] = '${UNIT}';
$config['temp_dir'] = '/tmp';

// Only root can listen on these ports of this machine, so nobody else can answer there.
$config['imap_host'] = 'ssl://localhost:993';
$config['imap_conn_options'] = ${tls};
$config['smtp_host'] = 'ssl://localhost:465';
$config['smtp_conn_options'] = ${tls};
$config['smtp_helo_host'] = '${hostname}';

// The session of whmapi1d logs in: Roundcube sees no password. Its sessions end with that one, which is asked first.
$config['oauth_provider'] = 'generic';
$config['oauth_provider_name'] = 'whmapi1';
$config['oauth_client_id'] = '${CLIENT}';
$config['oauth_client_secret'] = getenv('ROUNDCUBE_OAUTH_CLIENT_SECRET');
$config['oauth_auth_uri'] = ($_SERVER['WEBMAIL_SESSION'] ?? '') . '${AUTHORIZE}';
$config['oauth_token_uri'] = 'http://127.0.0.1:${TOKEN_PORT}/token';
$config['oauth_identity_uri'] = 'http://127.0.0.1:${TOKEN_PORT}/identity';
$config['oauth_identity_fields'] = ['user'];
$config['oauth_scope'] = 'mail';
$config['oauth_login_redirect'] = true;
// Otherwise, somebody with a session could try the passwords of others in Roundcube’s own form, from this machine.
$config['imap_auth_type'] = 'XOAUTH2';
$config['smtp_auth_type'] = 'XOAUTH2';
$config['mail_domain'] = $_SERVER['WEBMAIL_DOMAIN'] ?? '';
$config['session_lifetime'] = 60;
$config['session_samesite'] = 'Strict';

$config['product_name'] = 'Webmail';
$config['useragent'] = 'Roundcube';
$config['plugins'] = [];
$config['max_message_size'] = '${MESSAGE}';
// The spelling checker would send texts to a server of Roundcube’s authors.
$config['enable_spellcheck'] = false;
// Pictures elsewhere tell their sender that a message was read.
$config['show_images'] = 0;
$config['drafts_mbox'] = 'INBOX.Drafts';
$config['junk_mbox'] = 'INBOX.Junk';
$config['sent_mbox'] = 'INBOX.Sent';
$config['trash_mbox'] = 'INBOX.Trash';

if (is_readable('${CONFIGURATION}/local.inc.php')) {
    require '${CONFIGURATION}/local.inc.php';
}
`;
}

export const PHP_FPM = `; ${HEADER}
[global]
error_log = syslog
syslog.ident = ${UNIT}
log_level = warning

[webmail]
listen = ${SOCKET}
listen.mode = 0600
; A process for each request that runs, which ends a minute after its last one.
pm = ondemand
pm.max_children = 16
pm.process_idle_timeout = 60s
pm.max_requests = 500
request_terminate_timeout = 180s
security.limit_extensions = .php
env[ROUNDCUBE_CONFIG_DIR] = $ROUNDCUBE_CONFIG_DIR
env[ROUNDCUBE_DES_KEY] = $ROUNDCUBE_DES_KEY
env[ROUNDCUBE_OAUTH_CLIENT_SECRET] = $ROUNDCUBE_OAUTH_CLIENT_SECRET
php_admin_value[memory_limit] = 256M
php_admin_value[upload_max_filesize] = ${ATTACHMENT}
php_admin_value[post_max_size] = ${REQUEST}
php_admin_value[error_log] = syslog
php_admin_flag[log_errors] = on
php_admin_flag[display_errors] = off
php_admin_flag[expose_php] = off
php_admin_value[disable_functions] = exec,passthru,shell_exec,system,popen,proc_open,pcntl_exec
`;

/** @param release of PHP: \`8.4\`. */
export function renderUnit(release: string): string {
  return `# ${HEADER}
[Unit]
Description=Roundcube, the webmail of whmapi1
After=network.target
StartLimitIntervalSec=0

[Service]
Type=notify
# Follows changes of the schema when Debian’s package is upgraded.
ExecStartPre=/usr/bin/php${release} /usr/share/roundcube/bin/updatedb.sh --package=roundcube --dir=/usr/share/roundcube/SQL
ExecStart=/usr/sbin/php-fpm${release} --nodaemonize --fpm-config ${CONFIGURATION}/php-fpm.conf
ExecReload=/bin/kill -USR2 $MAINPID
Restart=on-failure
RestartSec=2
RestartSteps=5
RestartMaxDelaySec=60
Environment=ROUNDCUBE_CONFIG_DIR=${CONFIGURATION}
EnvironmentFile=${ROUNDCUBE_SECRETS}

# Roundcube shows mail of strangers. It has a user of its own, reaches this machine alone, and writes only its own folders.
DynamicUser=yes
RuntimeDirectory=${UNIT}
RuntimeDirectoryMode=0700
StateDirectory=${UNIT}
StateDirectoryMode=0700
UMask=0077
IPAddressDeny=any
IPAddressAllow=localhost
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
CapabilityBoundingSet=
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectProc=invisible
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
MemoryMax=1G
TasksMax=64

[Install]
WantedBy=multi-user.target
`;
}

/** Dovecot accepts tokens instead of passwords. @param secret proves what it is to whmapi1d. */
export function renderDovecot(secret: string): string {
  const onlyPasswords = ['sql', 'account', 'pam'].map(
    (name) => `passdb ${name} {
  mechanisms_filter = plain login
}
`,
  );
  return `# ${HEADER}
auth_mechanisms {
  oauthbearer = yes
  xoauth2 = yes
}
oauth2 {
  introspection_mode = post
  introspection_url = http://dovecot:${secret}@127.0.0.1:${TOKEN_PORT}/introspect
  username_attribute = username
  active_attribute = active
  active_value = true
}
passdb oauth2 {
  mechanisms_filter = oauthbearer xoauth2
}
${onlyPasswords.join('')}`;
}

/** The program that \`users.ts\` runs: changes users of Roundcube, and lists them. */
export const USERS_PROGRAM = `<?php
// ${HEADER}
$change = json_decode(stream_get_contents(STDIN), true, 16, JSON_THROW_ON_ERROR);
$db = new PDO('sqlite:${DATA}/roundcube.db', null, null, [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_TIMEOUT => 20]);
// What a user has goes with it, and is overwritten.
$db->exec('PRAGMA foreign_keys = ON');
$db->exec('PRAGMA secure_delete = ON');
$db->exec('BEGIN IMMEDIATE');
$run = fn (string $sql, string ...$values) => $db->prepare($sql)->execute($values);
foreach ($change['removed'] as $name) {
    $run('DELETE FROM users WHERE username = ?', $name);
}
// Two that swap their names: first, all get names that no mailbox has.
foreach ($change['renamed'] as $at => $one) {
    $run('UPDATE users SET username = ? WHERE username = ?', ' ' . $at, $one['from']);
}
foreach ($change['renamed'] as $at => $one) {
    $run('DELETE FROM users WHERE username = ?', $one['to']);
    $run(
        'UPDATE identities SET email = ? WHERE lower(email) = ? AND user_id IN (SELECT user_id FROM users WHERE username = ?)',
        $one['newAddress'], $one['oldAddress'], ' ' . $at,
    );
    $run('UPDATE users SET username = ? WHERE username = ?', $one['to'], ' ' . $at);
}
$db->exec('COMMIT');
echo json_encode($db->query('SELECT DISTINCT username FROM users')->fetchAll(PDO::FETCH_COLUMN), JSON_THROW_ON_ERROR);
`;
