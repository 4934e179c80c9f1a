// How the PHP and CGI programs of a virtual host run: always as its account, whatever its .htaccess files say.
import { CGI_HANDLER } from '../../../../../core/cgi-handler.ts';
import type { WebPhp } from '../contract.ts';
import { cgiFolder } from '../../../../php/driver/cgi-places.ts';
import { CGI_RUNNER, runnerFolder } from '../cgi-runner.ts';
import { folder, identifier, path, pattern, quoted, section } from './apache-conf.ts';
import { INTERNAL, WELCOME_PATH } from './places.ts';
import type { Locate } from './render-account.ts';

export const NOT_FOR_CLIENTS = [
  'RewriteEngine On',
  // Apache sets this variable in internal redirects, and nothing that a client sends does.
  'RewriteCond "%{ENV:REDIRECT_STATUS}" "^$"',
  `RewriteRule "^/${pattern(INTERNAL)}" "-" [R=404,L]`,
];

const CGI_RUNNER_PATH = `${INTERNAL}cgi/`;

/**
 * CGI programs run by suexec, through a program in a folder that no .htaccess applies to. Otherwise, a line
 * "SuexecUserGroup a b" in .htaccess would have Apache forget the user of the virtual host, although it is not allowed
 * there, and the program would run as Apache's own user. <Location> and <FilesMatch> override a handler of .htaccess.
 */
export function cgi(home: string, documentRoot: string, locate: Locate): string[] {
  return [
    ...NOT_FOR_CLIENTS,
    ...programFolder(CGI_RUNNER_PATH, locate(runnerFolder(home))),
    // Debian's serve-cgi-bin.conf has one for all virtual hosts.
    `Alias "/cgi-bin/" ${path(locate(`${documentRoot}/cgi-bin`)).replace(/"$/, '/"')}`,
    `Action ${CGI_HANDLER} "${CGI_RUNNER_PATH}${CGI_RUNNER}"`,
    ...section('Location', '"/cgi-bin/"', [`SetHandler ${CGI_HANDLER}`]),
    ...section('FilesMatch', '"[.](?:cgi|pl)$"', [`SetHandler ${CGI_HANDLER}`]),
  ];
}

const WITHOUT_CGI_PATH = `${INTERNAL}no-cgi`;

/** Apache would send the text of programs whose handler it does not know: a .htaccess stays when its account loses CGI. */
export const WITHOUT_CGI = [
  ...NOT_FOR_CLIENTS,
  `Action ${CGI_HANDLER} "${WITHOUT_CGI_PATH}"`,
  ...section('Location', `"${WITHOUT_CGI_PATH}"`, ['Require all denied']),
];

/** Programs that only internal redirects reach, in a folder whose .htaccess files do not count. */
function programFolder(url: string, programs: string): string[] {
  return [
    `ScriptAlias "${url}" ${path(programs).replace(/"$/, '/"')}`,
    ...section('Directory', folder(programs), [
      'Options None',
      'AllowOverride None',
      'CGIPassAuth On',
      'Require all granted',
    ]),
  ];
}

/**
 * A request to another socket than that of the virtual host finds no script, whatever directive of .htaccess named the
 * socket: mod_proxy_fcgi evaluates this while it sends the request, and the note has the path that it is connected to.
 * PHP looks for the script in either variable.
 */
export function ownSocketOnly(php: WebPhp | undefined, locate: Locate): string[] {
  const isOther = php?.runs === 'fpm' ? `note('uds_path') != '${socketPath(locate(php.socket))}'` : 'true';
  return [
    `ProxyFCGISetEnvIf "${isOther}" SCRIPT_FILENAME /nonexistent/other-socket`,
    `ProxyFCGISetEnvIf "${isOther}" !PATH_TRANSLATED`,
  ];
}

/** The module would run PHP as Apache's own user. Activating the role disables it, but a package can enable it again. */
export const WITHOUT_MODULE_OF_PHP = section('IfModule', 'mod_php.c', ['php_admin_flag engine off']);

const PHP_FILES = '"[.](?:php[3-8]?|phtml|phar|phps)$"';

/** Apache would answer 403 for a directory without an index file, because it may not look for index.php. */
const WITHOUT_PHP = `DirectoryIndex index.html index.cgi index.pl index.xhtml index.htm ${WELCOME_PATH}`;

/** Without PHP, its files are not sent at all: they contain passwords. */
export function phpHandler(php: WebPhp | undefined, home: string, locate: Locate): string[] {
  if (php === undefined) return [WITHOUT_PHP, ...section('FilesMatch', PHP_FILES, ['Require all denied'])];
  const others = section('FilesMatch', '"[.](?:php[3-7]|phar|phps)$"', ['Require all denied']);
  if (php.runs === 'fpm') {
    const socket = quoted(`proxy:unix:${socketPath(locate(php.socket))}|fcgi://localhost`);
    return [...others, ...section('FilesMatch', '"[.](?:php8?|phtml)$"', [`SetHandler ${socket}`])];
  }
  const version = identifier(php.version);
  const programs = locate(cgiFolder(home));
  return [
    ...others,
    ...section('IfModule', '!mod_suexec.c', section('FilesMatch', PHP_FILES, ['Require all denied'])),
    ...section('IfModule', 'mod_suexec.c', [
      ...NOT_FOR_CLIENTS,
      ...programFolder(CGI_PATH, programs),
      `Action php-${version} "${CGI_PATH}${version}"`,
      ...section('FilesMatch', '"[.](?:php8?|phtml)$"', [`SetHandler php-${version}`]),
    ]),
  ];
}

const CGI_PATH = `${INTERNAL}php/`;

/** Everything after a “|” would be another part of the handler, and “'” ends a string. @throws TypeError */
function socketPath(value: string): string {
  if (/[|']/.test(value)) throw new TypeError('The path of a socket cannot contain “|” or quotes.');
  return path(value).slice(1, -1);
}
