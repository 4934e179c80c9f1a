// The configuration of ProFTPD, and how PAM checks the passwords of accounts.
import {
  ALLOWED_HOSTS,
  ANONYMOUS,
  CERTIFICATE,
  LIMITS,
  LOGIN_LOG,
  LOGINS,
  PAM_SERVICE,
  REFUSED_HOSTS,
  SCOREBOARD,
  TALLIES,
  USER,
} from './places.ts';

type Locate = (path: string) => string;

/** The first line. A configuration without it is not ours. */
export const HEADER = '# Written by whmapi1 whenever the profile of this server is activated.\n';

/** The ports of transfers. A firewall must let them in. */
export const PASSIVE_PORTS = { first: 49_152, last: 65_534 } as const;
export const PORT = 21;
/** System users have lower IDs. */
const FIRST_UID = 1000;
const LAST_UID = 4_294_967_293;

export type KeyType = 'RSA' | 'EC';

/** @param keyType of the certificate. */
export function renderConfiguration(keyType: KeyType, locate: Locate): string {
  return (
    HEADER +
    [
      '# Put settings of your own into a file in conf.d. They do not replace these.',
      'ModulePath /usr/lib/proftpd',
      ...['ls', 'xfer', 'delay', 'tls', 'quotatab', 'quotatab_file', 'wrap2', 'wrap2_file'].map(
        (name) => `LoadModule mod_${name}.c`,
      ),
      'ServerType standalone',
      'DefaultServer on',
      `Port ${PORT}`,
      'UseIPv6 on',
      // Without TLS, ProFTPD answers only “SSL/TLS required on the control channel”.
      'ServerIdent on "FTP server ready. Choose explicit FTP over TLS (FTPES, AUTH TLS): other logins are refused."',
      'UseReverseDNS off',
      `User ${USER}`,
      'Group nogroup',
      'MaxInstances 300',
      'MaxClientsPerHost 30',
      'MaxLoginAttempts 3',
      'TimeoutLogin 60',
      'TimeoutIdle 900',
      'TimeoutNoTransfer 900',
      'TimeoutStalled 600',
      `ScoreboardFile ${locate(SCOREBOARD)}`,
      'SystemLog /var/log/proftpd/proftpd.log',
      'TransferLog /var/log/proftpd/xferlog',
      'WtmpLog off',
      '',
      '# Who may log in: accounts with the password of their user, and FTP accounts.',
      'AuthPAM on',
      `AuthPAMConfig ${PAM_SERVICE}`,
      'AuthOrder mod_auth_pam.c mod_auth_file.c',
      `AuthUserFile ${locate(LOGINS)} id ${FIRST_UID}-${LAST_UID}`,
      'RequireValidShell off',
      '',
      '# Guesses of passwords: whmapi1d reads this log, and writes these tables.',
      'LogFormat whmapi1 "%a %s %m %U"',
      `ExtendedLog ${locate(LOGIN_LOG)} AUTH whmapi1`,
      'WrapEngine on',
      'WrapOptions CheckOnConnect',
      `WrapTables file:${locate(ALLOWED_HOSTS)} file:${locate(REFUSED_HOSTS)}`,
      '',
      '# A session is in its own folder, with no rights but those of the account.',
      'DefaultRoot ~',
      'AllowChrootSymlinks off',
      'RootRevoke UseNonCompliantActiveTransfer',
      'AllowOverride off',
      'Umask 022 022',
      'AllowOverwrite on',
      'AllowStoreRestart on',
      'ListOptions "-a" maxfiles 10000',
      'DenyFilter \\*.*/',
      '',
      '# Transfers go to and come from the address of the client only.',
      'AllowForeignAddress off',
      `PassivePorts ${PASSIVE_PORTS.first} ${PASSIVE_PORTS.last}`,
      '',
      'TLSEngine on',
      'TLSRequired on',
      'TLSProtocol TLSv1.2 TLSv1.3',
      'TLSOptions NoSessionReuseRequired',
      'TLSRenegotiate none',
      `TLS${keyType}CertificateFile ${locate(CERTIFICATE)}`,
      `TLS${keyType}CertificateKeyFile ${locate(CERTIFICATE)}`,
      '',
      '# Quotas count what is in the folder at the time of the login, and what the session uploads.',
      'QuotaEngine on',
      'QuotaDisplayUnits Mb',
      'QuotaOptions ScanOnLogin',
      `QuotaLimitTable file:${locate(LIMITS)}`,
      `QuotaTallyTable file:${locate(TALLIES)}`,
      '',
      `Include ${locate(ANONYMOUS)}/`,
      'Include /etc/proftpd/conf.d/',
      '',
    ].join('\n')
  );
}

/** Only accounts have a user of the system. For others, PAM would wait two seconds before it answers. */
export const PAM_RULES = `${HEADER}\
auth     requisite  pam_succeed_if.so quiet uid >= ${FIRST_UID} user !~ *@*
auth     required   pam_unix.so
account  required   pam_unix.so
session  required   pam_permit.so
`;

/** ProFTPD keeps the file open. */
export const ROTATION_RULES = `${HEADER}\
${LOGIN_LOG} {
  daily
  maxsize 20M
  rotate 7
  copytruncate
  compress
  missingok
  notifempty
}
`;
