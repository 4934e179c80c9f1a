// Where Apache's files are on Debian.
import type { FileAttributes } from '../../../../../core/machine-daemons.ts';
import { plainName } from '../../../../../core/wildcards.ts';
import {
  CHALLENGES,
  DOMAIN_LOGS,
  MAIL_POLICIES,
  PAUSES,
  SUSPENSIONS,
} from '../../../../../ground/driver/virtual-hosts/places.ts';

export { OURS } from '../../../../../ground/driver/virtual-hosts/places.ts';

export const DIRECTORIES = ['/etc/apache2', '/var/lib', '/var/log'];
const FOLDER = '/etc/apache2/whmapi1';
export const ACCOUNTS = `${FOLDER}/accounts`;
/** Files of administrators, for one account or one virtual host. They are only read. */
export const CUSTOM = `${FOLDER}/custom`;
/** Only Apache itself asks for paths that begin with this, in internal redirects. */
export const INTERNAL = '/.whmapi1-';
/** The last index of a directory. It exists only for “/”. */
export const WELCOME_PATH = `${INTERNAL}welcome`;
/** A number by which a new version of the configuration is recognised. */
export const GENERATION = `${FOLDER}/generation.conf`;
/** Which directory suexec serves for which user (apache2-suexec-custom). */
export const SUEXEC = '/etc/apache2/suexec/www-data';
export const MODULES = '/etc/apache2/mods-enabled';
/** The pages of websites that are empty, suspended or over their limit. */
export const PAGES = '/var/lib/whmapi1-pages';
export const WELCOME_PAGE = `${PAGES}/welcome.asis`;
export const SUSPENDED_PAGE = `${PAGES}/suspended.asis`;
export const OVER_LIMIT_PAGE = `${PAGES}/over-limit.asis`;
/** How many files Apache may open. */
export const LIMITS = '/etc/systemd/system/apache2.service.d/whmapi1.conf';
export const ROTATION = '/etc/logrotate.d/whmapi1-domlogs';

/** A name that no account can have (RFC 6761, section 6.4): the host for unknown names answers to it. */
export const NOBODY = 'configuration.invalid';
/** Before the host for unknown names: the virtual hosts that answer instead of it, one for each port. */
const PRIMARY = `${FOLDER}/primary`;

export const primaryTypes = ['std', 'ssl'] as const;
export const primaryFile = (type: 'std' | 'ssl') => `${PRIMARY}/${type}.conf`;
export const accountFile = (username: string) => `${ACCOUNTS}/${username}.conf`;
/**
 * Apache takes the first virtual host with a matching name, and reads the files sorted by name. Those of wildcard
 * subdomains come after those of all accounts, the longest name first: `*.shop.bob.example`, then `*.bob.example`.
 */
export const wildcardFile = (servername: string) =>
  `${ACCOUNTS}/~${String(MAX_DOMAIN - servername.length).padStart(3, '0')}-${plainName(servername)}.conf`;
const MAX_DOMAIN = 253;

/** Only root reads the configuration: Apache does so before it gives up its privileges. */
export const closed: FileAttributes = { mode: 0o600 };
export const readable: FileAttributes = { mode: 0o644 };

export const FOLDERS = [
  { path: '/etc/apache2/conf-enabled', attributes: { mode: 0o755 } },
  { path: FOLDER, attributes: { mode: 0o755 } },
  { path: ACCOUNTS, attributes: { mode: 0o700 } },
  { path: PRIMARY, attributes: { mode: 0o700 } },
  { path: CUSTOM, attributes: { mode: 0o755 } },
  { path: DOMAIN_LOGS, attributes: { mode: 0o711 } },
  { path: CHALLENGES, attributes: { mode: 0o755 } },
  { path: PAUSES, attributes: { mode: 0o755 } },
  { path: SUSPENSIONS, attributes: { mode: 0o755 } },
  { path: MAIL_POLICIES, attributes: { mode: 0o755 } },
];
