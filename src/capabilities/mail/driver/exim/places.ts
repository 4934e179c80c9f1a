// Where Exim’s files are on Debian. Exim reads one small file for each domain and account, so no change of them needs a
// reload, and no two accounts share a file.
import type { FileAttributes } from '../../../../core/machine-daemons.ts';
import type { DaemonFile } from '../../../certificates/driver/service-certificates/daemon-files.ts';

export const CONFIGURATION = '/etc/exim4/exim4.conf';
export const FOLDER = '/etc/exim4/whmapi1';
export const UNIT = 'exim4';
export const LIMITS_FOLDER = '/etc/systemd/system/exim4.service.d';
/** How systemd starts and stops it. */
export const LIMITS = `${LIMITS_FOLDER}/whmapi1.conf`;

/** `owner: bob` and the settings of each domain of an account. */
export const DOMAINS = `${FOLDER}/domains`;
/** For each domain whose mail is kept here: addresses and their destinations. `*` is any other address. */
export const ALIASES = `${FOLDER}/aliases`;
/** For each domain with mailboxes: their names, with what is suspended. */
export const MAILBOXES = `${FOLDER}/mailboxes`;
/** An empty file for each domain for which this server is a backup: it passes the mail on. */
export const SECONDARY = `${FOLDER}/secondary`;
/** The settings of each account. */
export const ACCOUNTS = `${FOLDER}/accounts`;
/** `host: mx.example` for each domain whose mail goes to this host instead of the one that its MX records name. */
export const REDIRECTS = `${FOLDER}/redirects`;
/** An empty file for each domain that is on its way to another account: its mail waits. */
export const MOVING = `${FOLDER}/moving`;
/** For each domain with mailing lists: their names. */
export const LISTS = `${FOLDER}/lists`;
/** An empty file for each domain from which mail is refused. */
export const BLOCKED_DOMAINS = `${FOLDER}/blocked-domains`;
/** The private key of each domain that signs its mail (PEM). */
export const DKIM = `${FOLDER}/dkim`;
/** The key and certificate of each name (PEM), for clients that say which name they want. */
export const CERTIFICATES = `${FOLDER}/certificates`;
/** The key and certificate of the server (PEM). */
export const SERVER_CERTIFICATE = `${FOLDER}/server.pem`;
export const certificateFile: DaemonFile = {
  ...{ service: 'exim', title: 'The mail server Exim (SMTP)', name: 'Exim', tool: 'exim4' },
  path: SERVER_CERTIFICATE,
  follower: 'dovecot',
  folder: { path: FOLDER, attributes: { group: 'Debian-exim', mode: 0o750 } },
  attributes: { group: 'Debian-exim', mode: 0o640 },
};
/** Networks whose connections are refused, one in each line. */
export const BLOCKED = `${FOLDER}/blocked`;
/** How many labels of a domain are those of a registry: `*.co.uk: 2`. */
export const PUBLIC_SUFFIXES = `${FOLDER}/public-suffixes`;
/** The KiB that an account with little space left may still use: `bob: 512`. The others are missing. */
export const ROOM = `${FOLDER}/room`;
/** What signs the addresses of forwarded mail (SRS). */
export const SRS_SECRET = `${FOLDER}/srs-secret`;

export const FOLDERS_OF_LOOKUPS = [
  ...[DOMAINS, ALIASES, MAILBOXES, SECONDARY, ACCOUNTS],
  ...[REDIRECTS, MOVING, LISTS, BLOCKED_DOMAINS, DKIM, CERTIFICATES],
];

/** The user and the group of Exim. */
export const GROUP = 'Debian-exim';
/** Exim reads these after it has given up the rights of root. */
export const readable: FileAttributes = { group: GROUP, mode: 0o640 };
export const folder: FileAttributes = { group: GROUP, mode: 0o750 };
