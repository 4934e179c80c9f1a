// The files of PHP-FPM, in the syntax of php-fpm.conf. Every value from outside goes through `word`.
import type { AccountDirective } from '../../rules/ini.ts';
import { plainName } from '../../../../core/wildcards.ts';
import type { Pool } from '../../rules/pools.ts';
import { WEB_USER } from '../../../../ground/driver/virtual-hosts/places.ts';
import { WEB_GROUP } from '../../../../ground/driver/virtual-hosts/web-group.ts';
import { baseSocket } from './places.ts';

const HEADER =
  '; whmapi1 wrote this file. It does not overwrite changes by hand, but then it can no longer change the file.\n';

/**
 * Files of this server that PHP programs of all accounts may read, besides their own homes. Only root may write them: a
 * user can send requests to the sockets of others through the web server, and PHP must then find no script of that user.
 */
const SHARED_FOLDERS = ['/usr/share/php/'];
/** Who owns a socket. Both may connect to it. */
export interface SocketOwner {
  readonly owner: string;
  readonly group: string;
}

/** Only the web server connects. */
export const closedSockets: SocketOwner = { owner: 'root', group: WEB_GROUP };
/** Until Apache has that group. */
export const earlierSockets: SocketOwner = { owner: WEB_USER, group: WEB_USER };
/** What a PHP file may be called. The web server asks for no others, and a mistake there must not run an image. */
const EXTENSIONS = '.php .php8 .phtml';
/** The limit of the master process, which has a socket open for each pool. */
const MAX_FILES = 16_384;
/** A reload waits so long for requests that are still running. */
const RELOAD_SECONDS = 5;

/** The user and the group of a pool, if not those of its account. */
export interface Identity {
  readonly user: string;
  readonly group: string;
}

/**
 * What all pools share, and a pool without programs: PHP-FPM does not start without any pool, and an administrator may
 * have removed Debian’s own.
 */
export function renderBase(release: string, locate: (path: string) => string): string {
  return [
    HEADER.trimEnd(),
    '[global]',
    `rlimit_files = ${MAX_FILES}`,
    `process_control_timeout = ${RELOAD_SECONDS}s`,
    '',
    '[whmapi1]',
    `user = ${WEB_USER}`,
    `group = ${WEB_USER}`,
    `listen = ${word(locate(baseSocket(release)))}`,
    'listen.mode = 0600',
    'pm = ondemand',
    'pm.max_children = 1',
    'security.limit_extensions = .whmapi1',
    '',
  ].join('\n');
}

/** @param identity for a check where neither the account nor the owners of sockets exist as users. */
export function renderPools(
  pools: readonly Pool[],
  locate: (path: string) => string,
  sockets: SocketOwner,
  identity?: Identity,
): string {
  return HEADER + pools.map((pool) => renderPool(pool, locate, sockets, identity)).join('\n');
}

function renderPool(
  { name, username, home, socket, maxChildren, maxRequests, idleTimeout, directives = [] }: Pool,
  locate: (path: string) => string,
  sockets: SocketOwner,
  { user, group }: Identity = { user: username, group: username },
): string {
  const isChecked = user !== username;
  const folder = word(home);
  return [
    `[${sectionName(plainName(name))}]`,
    `user = ${word(user)}`,
    `group = ${word(group)}`,
    `listen = ${word(locate(socket))}`,
    `listen.owner = ${word(isChecked ? user : sockets.owner)}`,
    `listen.group = ${word(isChecked ? group : sockets.group)}`,
    'listen.mode = 0660',
    'pm = ondemand',
    `pm.max_children = ${count(maxChildren)}`,
    `pm.max_requests = ${count(maxRequests)}`,
    `pm.process_idle_timeout = ${count(idleTimeout)}s`,
    `security.limit_extensions = ${EXTENSIONS}`,
    ...directivesOf(folder).map(line),
    ...directives.map(({ value, ...one }) => line({ ...one, value: directiveValue(value) })),
    '',
  ].join('\n');
}

function line({ name, value, isFixed }: AccountDirective): string {
  return `php_${isFixed ? 'admin_' : ''}value[${word(name)}] = ${value}`;
}

/** Words, with commas between them, or error levels. @throws TypeError for any other value. */
function directiveValue(value: string): string {
  if (/^[A-Za-z0-9._/,-]{1,4096}$/.test(value) || /^[A-Z0-9_~&|^ ]{1,4096}$/.test(value)) return value;
  throw new TypeError('Invalid value of a directive for PHP-FPM.');
}

/** The directives that every pool sets, whatever php.ini says. `home`: as it is written. */
export function directivesOf(home: string): readonly AccountDirective[] {
  const fixed = (name: string, value: string) => ({ name, value, isFixed: true });
  const changeable = (name: string, value: string) => ({ name, value, isFixed: false });
  return [
    fixed('open_basedir', [`${home}/`, ...SHARED_FOLDERS].join(':')),
    fixed('upload_tmp_dir', `${home}/tmp`),
    fixed('sys_temp_dir', `${home}/tmp`),
    // The pools share OPcache. It must not give a script to a user who cannot read the file, nor list or clear all scripts.
    fixed('opcache.validate_permission', '1'),
    fixed('opcache.restrict_api', '/nonexistent'),
    // Debian’s job for old sessions does not look into homes.
    changeable('session.save_path', `${home}/tmp`),
    changeable('session.gc_probability', '1'),
  ];
}

/** @throws TypeError for a value that could be more than one word: the format has no reliable escapes. */
function word(value: string): string {
  if (/^[A-Za-z0-9._/-]{1,4096}$/.test(value)) return value;
  throw new TypeError('A value for PHP-FPM must consist of letters, digits, “.”, “_”, “/” and “-”.');
}

function sectionName(name: string): string {
  if (/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/.test(name)) return name;
  throw new TypeError('The name of a pool must be a domain.');
}

/** @throws TypeError unless it is a whole number. */
function count(value: number): string {
  if (Number.isSafeInteger(value) && value >= 0) return String(value);
  throw new TypeError('A setting of a pool must be a whole number.');
}
