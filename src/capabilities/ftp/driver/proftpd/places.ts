// Where ProFTPD's files are on Debian.
import type { DeclaredTool } from '../../../../core/machine-daemons.ts';
import type { DaemonFile } from '../../../certificates/driver/service-certificates/daemon-files.ts';
import type { Folder } from '../../../../ground/driver/file-driver.ts';

export const UNIT = 'proftpd';
const FOLDER = '/etc/proftpd';
/** The file that ProFTPD reads first. Debian's package copies it from a template, and never changes an edited one. */
export const CONFIGURATION = `${FOLDER}/proftpd.conf`;
export const TEMPLATES = '/usr/share/proftpd/templates';
export const TEMPLATE = `${TEMPLATES}/proftpd.conf`;
const OURS = `${FOLDER}/whmapi1`;
/** All logins: AuthUserFile. */
export const LOGINS = `${OURS}/logins`;
/** The quotas of logins: a limit table of mod_quotatab_file. */
export const LIMITS = `${OURS}/limits.tab`;
/** What logins with a quota use: a tally table. ProFTPD writes it. */
export const TALLIES = `${OURS}/tallies.tab`;
/** Who is connected, from where, and to which folder: ProFTPD lets everybody read the file. */
export const SCOREBOARD = `${OURS}/scoreboard`;
/** The key, the certificate and its chain. */
export const CERTIFICATE = `${OURS}/certificate.pem`;
export const certificateFile: DaemonFile = {
  ...{ service: 'ftp', title: 'The FTP server', name: 'ProFTPD', tool: 'proftpd', path: CERTIFICATE },
  folder: { path: OURS, attributes: { mode: 0o700 } },
  attributes: { mode: 0o600 },
};
/** The anonymous logins of accounts: one file for each. */
export const ANONYMOUS = `${OURS}/anonymous`;
export const anonymousFile = (username: string) => `${ANONYMOUS}/${username}.conf`;
/**
 * Addresses that are never refused, and those that are: tables of mod_wrap2_file, which ProFTPD reads at each connection,
 * without the rights of root.
 */
const HOSTS = `${FOLDER}/whmapi1-hosts`;
export const ALLOWED_HOSTS = `${HOSTS}/allowed`;
export const REFUSED_HOSTS = `${HOSTS}/refused`;
/** A line for each login. */
export const LOGIN_LOG_FOLDER = '/var/log/proftpd';
export const LOGIN_LOG = `${LOGIN_LOG_FOLDER}/whmapi1-logins.log`;
export const LOG_ROTATION = '/etc/logrotate.d/whmapi1-ftp';
export const PAM_SERVICE = 'whmapi1-ftp';
export const PAM = `/etc/pam.d/${PAM_SERVICE}`;

export const DIRECTORIES = [FOLDER, '/etc/pam.d', '/etc/logrotate.d', LOGIN_LOG_FOLDER, TEMPLATES];
export const secret = { mode: 0o600 } as const;
export const readable = { mode: 0o644 } as const;
/** The user as which ProFTPD accepts connections. */
export const USER = 'proftpd';
export const forProftpd = { owner: USER, mode: 0o400 } as const;
export const loginLog = { group: 'adm', mode: 0o640 } as const;

export const FOLDERS: readonly Folder[] = [
  { path: FOLDER, attributes: { mode: 0o755 } },
  { path: '/etc/pam.d', attributes: { mode: 0o755 } },
  { path: '/etc/logrotate.d', attributes: { mode: 0o755 } },
  { path: HOSTS, attributes: { mode: 0o711 } },
  { path: OURS, attributes: { mode: 0o700 } },
  { path: ANONYMOUS, attributes: { mode: 0o700 } },
];

export const tools: readonly DeclaredTool[] = [
  // In a sandbox, the modules that the configuration loads may be missing.
  { name: 'proftpd' },
  { name: 'ftpwho' },
];
