// Where the files of PHP-FPM are on Debian, by release.
import type { FileAttributes } from '../../../../core/machine-daemons.ts';

export const CONFIGURATION = '/etc/php';
/** The folder of Apache with our configuration, which says whether it has the group of the sockets. */
export const WEB_CONFIGURATION = '/etc/apache2';
/** The files with the process IDs. */
export const PROCESSES = '/run/php';
/** The sockets of all pools. See `socketOf` in src/capabilities/php/rules/sockets.ts. */
export const SOCKETS = '/run/whmapi1-php';

/** PHP-FPM writes it again each time it has read its configuration. */
export const processFile = (release: string) => `${PROCESSES}/php${release}-fpm.pid`;
export const poolFolder = (release: string) => `${CONFIGURATION}/${release}/fpm/pool.d`;
export const mainFile = (release: string) => `${CONFIGURATION}/${release}/fpm/php-fpm.conf`;
/** The pool of Debian’s package. */
export const debianFile = (release: string) => `${poolFolder(release)}/www.conf`;
/** What all pools share. The name sorts before those of accounts. */
export const baseFile = (release: string) => `${poolFolder(release)}/00-whmapi1.conf`;
export const accountFile = (release: string, username: string) =>
  `${poolFolder(release)}/whmapi1-${username}.conf`;
/** The account of such a file. */
export const usernameOf = (path: string) => /\/whmapi1-(.+)\.conf$/.exec(path)?.[1] ?? '';
export const baseSocket = (release: string) => `${SOCKETS}/${release}.sock`;

export const readable: FileAttributes = { mode: 0o644 };
/** Only users who know the name of a socket reach it, and only the web server may connect. */
export const socketFolder: FileAttributes = { mode: 0o711 };
