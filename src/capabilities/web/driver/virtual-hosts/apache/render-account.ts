// The virtual hosts of one account, as Apache reads them.
import {
  CHALLENGE_PATH,
  CHALLENGES,
  accessLog,
  errorLog,
  pauseOf,
  suspensionOf,
} from '../../../../../ground/driver/virtual-hosts/places.ts';
import type { AccountWeb, IndexType, PrimaryType, WebHost } from '../contract.ts';
import { isWildcard, plainName } from '../../../../../core/wildcards.ts';
import { ACCESS_FILES } from './access-files.ts';
import {
  domain,
  folder,
  identifier,
  listener,
  path,
  pattern,
  portNumber,
  section,
  userName,
} from './apache-conf.ts';
import {
  CUSTOM,
  INTERNAL,
  OVER_LIMIT_PAGE,
  primaryTypes,
  SUSPENDED_PAGE,
  WELCOME_PAGE,
  WELCOME_PATH,
} from './places.ts';
import { except, inLines, isOneOf, NOT_CHALLENGES } from './render-conditions.ts';
import { mailPolicies, servedAlways } from './render-mail-policies.ts';
import {
  cgi,
  NOT_FOR_CLIENTS,
  ownSocketOnly,
  phpHandler,
  WITHOUT_CGI,
  WITHOUT_MODULE_OF_PHP,
} from './render-programs.ts';

/** Where a path of the machine is for Apache: a sandbox has its files elsewhere. */
export type Locate = (path: string) => string;

export interface Ports {
  readonly http: number;
  readonly https: number;
}

const WAITING = 'whmapi1_waiting';
/** Defined while Apache checks virtual hosts alone. */
export const CHECKED = 'whmapi1_checked';

const HEADER =
  '# Written by whmapi1 whenever the account changes. Put directives of your own into files below\n' +
  `# ${CUSTOM}/USER/ or ${CUSTOM}/USER/DOMAIN/, which end with “.conf”.\n`;

/** Without wildcard subdomains. @throws TypeError for a malformed value. */
export function renderAccount(web: AccountWeb, locate: Locate, ports: Ports): string {
  const addresses = addressesOf(web);
  const blocks = (type: PrimaryType) =>
    // The first one answers requests for unknown names on an address of its own.
    web.hosts
      .filter(({ servername }) => !isWildcard(servername))
      .sort(
        (one, other) =>
          Number(other.servername === web.primary?.[type]) - Number(one.servername === web.primary?.[type]),
      )
      .flatMap((host) => virtualHost(web, host, type, { locate, ports, addresses }));
  return `${HEADER}${[...blocks('std'), ...blocks('ssl')].join('\n')}\n`;
}

/**
 * Apache skips the virtual hosts of a new account while the folder exists, except when it checks them.
 * `text`: as `renderAccount` returns it.
 */
export function unlessWaiting(text: string, folder: string): string {
  return [
    text.slice(0, HEADER.length) +
      section('IfFile', path(folder), section('IfDefine', `!${CHECKED}`, [`Define ${WAITING}`])).join('\n'),
    `<IfDefine !${WAITING}>`,
    `${text.slice(HEADER.length)}</IfDefine>`,
    `UnDefine ${WAITING}`,
    '',
  ].join('\n');
}

/** A virtual host of the account that is a wildcard subdomain. @throws TypeError for a malformed value. */
export function renderWildcard(web: AccountWeb, host: WebHost, locate: Locate, ports: Ports): string {
  const around = { locate, ports, addresses: addressesOf(web) };
  return `${HEADER}${primaryTypes.flatMap((type) => virtualHost(web, host, type, around)).join('\n')}\n`;
}

function addressesOf({ addresses: { ipv4, ipv6, sharesIpv6 } }: AccountWeb): string[] {
  const shared = ipv4 === null || sharesIpv6 === true ? ['*'] : [];
  return [...shared, ...[ipv4, ipv6].filter((own) => own !== null)];
}

/**
 * The virtual host that answers requests for unknown names on the shared addresses. Null if it is not of this account.
 * @throws TypeError for a malformed value.
 */
export function renderPrimary(
  web: AccountWeb,
  type: PrimaryType,
  locate: Locate,
  ports: Ports,
): string | null {
  const host = web.hosts.find(({ servername }) => servername === web.primary?.[type]);
  if (host === undefined || web.addresses.ipv4 !== null) return null;
  const lines = virtualHost(web, host, type, { locate, ports, addresses: ['*'] });
  return lines.length === 0 ? null : `${HEADER}${lines.join('\n')}\n`;
}

interface Surroundings {
  readonly locate: Locate;
  readonly ports: Ports;
  /** On which the virtual host answers. */
  readonly addresses: readonly string[];
}

/** Empty for HTTPS without a certificate. */
function virtualHost(web: AccountWeb, host: WebHost, type: PrimaryType, around: Surroundings): string[] {
  const { certificate } = host;
  const isEncrypted = type === 'ssl';
  if (isEncrypted && certificate === undefined) return [];
  const port = isEncrypted ? around.ports.https : around.ports.http;
  const encryption =
    !isEncrypted || certificate === undefined
      ? []
      : [
          'SSLEngine on',
          `# Certificate ${identifier(certificate.id)}`,
          `SSLCertificateFile ${path(around.locate(certificate.path))}`,
        ];
  return section('VirtualHost', around.addresses.map((address) => listener(address, port)).join(' '), [
    ...names(host),
    ...logs(web, host, around),
    ...redirects(host),
    ...mailPolicies(host, around.locate),
    ...(isEncrypted ? [] : toHttps(host, around)),
    ...answers(web, host, around),
    ...encryption,
  ]);
}

/** Can be a wildcard, unlike a ServerName. */
const alias = (name: string) => (name.startsWith('*.') ? `*.${domain(name.slice(2))}` : domain(name));

/** A name without `*`, also for files. @throws TypeError */
const serverName = (servername: string) => domain(plainName(alias(servername)));

function names({ servername, aliases, services = [] }: WebHost): string[] {
  const wildcards = isWildcard(servername) ? [servername] : [];
  const lists = inLines([...wildcards, ...aliases, ...services.map(({ name }) => name)]).map(
    (list) => `ServerAlias ${list.map(alias).join(' ')}`,
  );
  return [`ServerName ${serverName(servername)}`, ...lists];
}

/**
 * Service subdomains lead to the ports of the services, also if the account is suspended. These rules of the virtual host
 * come before everything else, such as the rules and passwords of .htaccess.
 */
function redirects({ services = [] }: WebHost): string[] {
  const served = services.flatMap((one) => ('port' in one ? [one] : []));
  const rules = [...new Set(served.map(({ port }) => port))].flatMap((port) =>
    inLines(served.filter((one) => one.port === port)).flatMap((list) => [
      isOneOf(list.map(({ name }) => name)),
      `RewriteRule ${NOT_CHALLENGES} "https://%{SERVER_NAME}:${portNumber(port)}%{REQUEST_URI}" [R=302,L]`,
    ]),
  );
  return rules.length === 0 ? [] : ['RewriteEngine On', ...rules];
}

function logs({ username }: AccountWeb, { servername }: WebHost, { locate }: Surroundings): string[] {
  const names = [userName(username), serverName(servername)] as const;
  return [
    `ErrorLog ${path(locate(errorLog(...names)))}`,
    `CustomLog ${path(locate(accessLog(...names)))} combined`,
  ];
}

/** Names in a line. */
const NAMES_IN_A_CONDITION = 20;

/**
 * Redirects names to HTTPS, except challenges. The rules run before those of .htaccess and before passwords are asked
 * for. The path is that of the request itself, because Apache decodes it elsewhere. Apache adds the query.
 */
function toHttps({ certificate, httpsRedirects = [] }: WebHost, { ports }: Surroundings): string[] {
  if (certificate === undefined || httpsRedirects.length === 0) return [];
  const conditions: string[] = [];
  for (let at = 0; at < httpsRedirects.length; at += NAMES_IN_A_CONDITION) {
    const some = httpsRedirects.slice(at, at + NAMES_IN_A_CONDITION).map(namePattern);
    const flags = at + NAMES_IN_A_CONDITION < httpsRedirects.length ? '[NC,OR]' : '[NC]';
    const request = '[^ ]+ (?:https?://[^/ ]+)?(/[^ ?]*)';
    conditions.push(
      `RewriteCond "%{HTTP_HOST} %{THE_REQUEST}" "^(${some.join('|')})[.]?(?::[0-9]+)? ${request}" ${flags}`,
    );
  }
  const port = ports.https === 443 ? '' : `:${ports.https}`;
  return [
    'RewriteEngine On',
    `RewriteCond "%{REQUEST_URI}" "!^/${pattern(CHALLENGE_PATH)}"`,
    ...conditions,
    `RewriteRule "^/" "https://%1${port}%2" [R=301,L,NE]`,
  ];
}

/** A wildcard of a certificate secures one label. */
function namePattern(name: string): string {
  const [prefix, rest] = name.startsWith('*.') ? ['[^.: ]+[.]', name.slice(2)] : ['', name];
  return prefix + domain(rest).replaceAll('.', '[.]');
}

const SUSPENDED_PATH = `${INTERNAL}suspended`;
const OVER_LIMIT_PATH = `${INTERNAL}over-limit`;
function answers(web: AccountWeb, host: WebHost, around: Surroundings): string[] {
  const { locate } = around;
  if (web.isOverLimit)
    return [...suspended(web, locate), ...onePage(host, OVER_LIMIT_PATH, OVER_LIMIT_PAGE, locate)];
  if (web.isMoving === true) {
    return [
      `DocumentRoot ${path(locate(CHALLENGES))}`,
      `RedirectMatch 503 ${except(CHALLENGE_PATH, ...servedAlways(host))}`,
      `Header always set Retry-After ${RETRY_AFTER}`,
    ];
  }
  return website(web, host, around);
}

/** Answers everything but challenges. An error answers every method; its page, a file for mod_asis, sets the status. */
function onePage(host: WebHost, internalPath: string, file: string, locate: Locate): string[] {
  return [
    `DocumentRoot ${path(locate(CHALLENGES))}`,
    `RedirectMatch 503 ${except(CHALLENGE_PATH, internalPath, ...servedAlways(host))}`,
    `Alias "${internalPath}" ${path(locate(file))}`,
    `ErrorDocument 503 ${internalPath}`,
    `ErrorDocument 405 ${internalPath}`,
    ...NOT_FOR_CLIENTS,
  ];
}

/**
 * The page of a website whose directory has no index file. Apache looks for it after all other index files, in every
 * directory that it may not list. It finds it only for “/”, and answers as without it otherwise.
 */
function welcome(web: AccountWeb, documentRoot: string, locate: Locate): string[] {
  if (listsFiles(web, documentRoot)) return [];
  return [
    `Alias "${WELCOME_PATH}" ${path(locate(WELCOME_PAGE))}`,
    'RewriteEngine On',
    // Apache skips redirects, such as a 404, while it looks for index files. It finds no file of this other name.
    'RewriteCond "%{THE_REQUEST}" "!^[^ ]+ (?:https?://[^/ ]+)?/?(?:[?][^ ]*)?(?: |$)"',
    `RewriteRule "^/${pattern(WELCOME_PATH)}" "${INTERNAL}none" [PT,L]`,
    `RewriteRule "^/${pattern(WELCOME_PATH)}$" "-" [L]`,
  ];
}

/** True if Apache lists the files of a document root that has no index file. */
function listsFiles({ indexes = [] }: AccountWeb, documentRoot: string): boolean {
  const [nearest] = indexes
    .filter(({ path: one, type }) => type !== 'inherit' && `${documentRoot}/`.startsWith(`${one}/`))
    .sort((one, other) => other.path.length - one.path.length);
  return nearest !== undefined && nearest.type !== 'disabled';
}

function website(web: AccountWeb, host: WebHost, { locate }: Surroundings): string[] {
  const { username, home, hasCgi } = web;
  const { documentRoot, servername } = host;
  const user = userName(username);
  const base = `${CUSTOM}/${user}`;
  const suexec = section('IfModule', 'mod_suexec.c', [`SuexecUserGroup ${user} ${user}`]);
  return [
    `DocumentRoot ${path(locate(documentRoot))}`,
    ...paused(path(locate(pauseOf(user)))),
    ...suspended(web, locate),
    ...welcome(web, documentRoot, locate),
    ...(hasCgi || host.php?.runs === 'cgi' ? suexec : []),
    ...(hasCgi ? section('IfModule', '!mod_suexec.c', WITHOUT_CGI) : WITHOUT_CGI),
    ...(hasCgi ? section('IfModule', 'mod_suexec.c', cgi(home, documentRoot, locate)) : []),
    // The account may replace the folder of the website itself by a link. Apache asks the folder above what it may follow.
    ...section('Directory', folder(locate(home)), ['Options SymLinksIfOwnerMatch']),
    ...section('Directory', folder(locate(top(home, documentRoot))), [
      'Options SymLinksIfOwnerMatch',
      ...ACCESS_FILES,
      'CGIPassAuth On',
      'Require all granted',
    ]),
    ...ownSocketOnly(host.php, locate),
    ...WITHOUT_MODULE_OF_PHP,
    ...indexSections(web, top(home, documentRoot), locate),
    ...phpHandler(host.php, home, locate),
    `IncludeOptional ${path(locate(`${base}/any.conf`)).replace('/any.conf', '/*.conf')}`,
    `IncludeOptional ${path(locate(`${base}/${serverName(servername)}/any.conf`)).replace('/any.conf', '/*.conf')}`,
  ];
}

/** The seconds that a client should wait: a rename takes a few, with thousands of virtual hosts. */
const RETRY_AFTER = 10;

/** While the account is renamed, every path answers 503 except challenges, also those that .htaccess would rewrite. */
function paused(file: string): string[] {
  return [
    'RewriteEngine On',
    `RewriteCond ${file} -f`,
    `RewriteRule ${NOT_CHALLENGES} "-" [E=whmapi1_paused:1,R=503,L]`,
    `Header always set Retry-After ${RETRY_AFTER} env=whmapi1_paused`,
  ];
}

/**
 * While the account is suspended, every path answers 503 except challenges, also those that .htaccess would rewrite. The
 * page is a file for mod_asis, which answers only to GET and HEAD.
 */
function suspended({ username }: AccountWeb, locate: Locate): string[] {
  const isSuspended = `RewriteCond ${path(locate(suspensionOf(userName(username))))} -f`;
  return [
    'RewriteEngine On',
    isSuspended,
    'RewriteCond "%{REQUEST_METHOD}" "^(?:GET|HEAD)$"',
    `RewriteRule ${NOT_CHALLENGES} "${SUSPENDED_PATH}" [PT,L]`,
    isSuspended,
    `RewriteRule ${NOT_CHALLENGES} "-" [R=503,L]`,
    ...NOT_FOR_CLIENTS,
    `Alias "${SUSPENDED_PATH}" ${path(locate(SUSPENDED_PAGE))}`,
  ];
}

/**
 * What Apache lists of the files in directories. mod_autoindex makes the lists. Options with “-” would also hold for the
 * directories below, whatever their own say.
 */
const indexOptions: Readonly<Record<IndexType, readonly string[]>> = {
  inherit: [],
  disabled: ['Options -Indexes'],
  standard: ['Options +Indexes', 'IndexOptions None'],
  fancy: ['Options +Indexes', 'IndexOptions FancyIndexing VersionSort HTMLTable NameWidth=* Charset=UTF-8'],
};

/** Apache applies the sections of outer directories first. */
function indexSections({ indexes = [] }: AccountWeb, above: string, locate: Locate): string[] {
  return indexes
    .filter(({ path: one }) => one === above || one.startsWith(`${above}/`))
    .flatMap(({ path: one, type }) => section('Directory', folder(locate(one)), indexOptions[type]));
}

/**
 * The folder right below the home that contains the document root: the .htaccess files from there on count.
 * @throws TypeError if the document root is not below the home.
 */
function top(home: string, documentRoot: string): string {
  if (!documentRoot.startsWith(`${home}/`)) throw new TypeError('The document root must be below the home.');
  const [first = ''] = documentRoot.slice(home.length + 1).split('/');
  return `${home}/${first}`;
}
