// Where the files of Roundcube are on Debian, and those of its own PHP-FPM.

/** The name in `ground/rules/roles/catalogue.ts`. */
export const ROLE = 'Webmail';
/** The unit of systemd for Roundcube’s own PHP-FPM. */
export const UNIT = 'whmapi1-webmail';
/** Its configuration, which everybody may read, and its secrets, which only root may. */
export const CONFIGURATION = '/etc/whmapi1-webmail';
export const UNITS = '/etc/systemd/system';
export const UNIT_FILE = `${UNITS}/${UNIT}.service`;
/** The program that changes users of Roundcube, and lists them. */
export const USERS = `${CONFIGURATION}/users.php`;
/** PHP-FPM listens there. Only the unit’s user and root may enter its folder. */
export const SOCKET = '/run/whmapi1-webmail/php.sock';
/** Roundcube’s database, and files that it is working on. */
export const DATA = '/var/lib/whmapi1-webmail';
/** What browsers may get of Debian’s package. */
export const PUBLIC = '/var/lib/roundcube/public_html';

/** Dovecot’s part of it, which its configuration includes. */
export const DOVECOT_FOLDER = '/etc/dovecot/conf.d';
export const DOVECOT = `${DOVECOT_FOLDER}/99-whmapi1-webmail.conf`;

/** Requests for tokens come to this port of the loopback. Only root can open it: no program of an account can take its place. */
export const TOKEN_PORT = 580;
/** The path in a session below which Roundcube is. */
export const ROUNDCUBE = '/roundcube/';
/** Roundcube’s name as a client of OAuth. */
export const CLIENT = 'roundcube';
/** Where Roundcube sends a browser without a session of its own. */
export const AUTHORIZE = '/authorize';
/** Where the browser brings the code. */
export const REDIRECT = `${ROUNDCUBE}index.php/login/oauth`;
