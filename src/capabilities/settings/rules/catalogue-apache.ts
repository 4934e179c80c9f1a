// Tweak settings of the module Apache: directives of the web server. The defaults are WHM's.
import { integer, oneOf, text, within, type Entries } from '../../../ground/rules/tweak-setting-entry.ts';

const onOff = (initial: 'On' | 'Off', meaning: string) => oneOf(initial, ['On', 'Off'], meaning);
const plural = [1, 1_000_000] as const;

export const apache: Entries = within('Apache', {
  sslciphersuite: text('', 'The ciphers for HTTPS, as OpenSSL writes them. Empty: the web server’s own.', {
    matches: /^[A-Za-z0-9+!:@=_.-]{1,1024}$/,
    expects: 'a cipher list of OpenSSL, such as HIGH:!aNULL',
  }),
  sslprotocol: text('TLSv1.2', 'The TLS versions, as the directive SSLProtocol takes them.', {
    matches: /^[A-Za-z0-9+. -]{1,128}$/,
    expects: 'TLS versions such as “all -SSLv3 -TLSv1 -TLSv1.1”',
  }),
  loglevel: oneOf(
    ...([
      'warn',
      ['emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug'],
      'How much is logged.',
    ] as const),
  ),
  traceenable: oneOf('Off', ['On', 'Off', 'extended'], 'Whether TRACE requests are answered.'),
  serversignature: oneOf('Off', ['On', 'Off', 'EMail'], 'Whether error pages name the server.'),
  servertokens: oneOf(
    ...([
      'ProductOnly',
      ['ProductOnly', 'Major', 'Minor', 'Minimal', 'OS', 'Full'],
      'How much the Server header says.',
    ] as const),
  ),
  fileetag: text('None', 'What an ETag is made of.', {
    matches: /^(?:None|All|(?:[+-]?(?:INode|MTime|Size|Digest)(?: (?!$)|$))+)$/,
    expects: '“None”, “All”, or a list of INode, MTime, Size and Digest',
  }),
  startservers: integer('5', plural, 'The processes that the web server starts with.'),
  minspareservers: integer('5', plural, 'The least idle processes.'),
  maxspareservers: integer('10', plural, 'The most idle processes.'),
  serverlimit: integer('256', plural, 'The highest value that maxclients can have.'),
  maxclients: integer('150', plural, 'The most requests that are served at once.'),
  maxrequestsperchild: integer(
    '10000',
    [0, 1_000_000_000],
    'The connections after which a process ends. 0: never.',
  ),
  keepalive: onOff('On', 'Whether a connection can carry several requests.'),
  keepalivetimeout: integer(
    '5',
    [0, 3600],
    'The seconds that an open connection waits for the next request.',
  ),
  maxkeepaliverequests: integer('100', [0, 1_000_000], 'The most requests on one connection. 0: unlimited.'),
  timeout: integer('300', [1, 86_400], 'The seconds that the web server waits for a client or a script.'),
  symlink_protect: onOff('Off', 'Whether links to files of other accounts are not followed.'),
  optimize_htaccess: oneOf(
    'search_homedir_below',
    ['search_all', 'search_homedir_below', 'search_documentroot_below'],
    'Where .htaccess files are looked for.',
  ),
  directoryindex: text('index.php index.html', 'The files that stand for a directory, best first.', {
    matches: /^[\w.-]+(?: [\w.-]+){0,63}$/,
    expects: 'a space-separated list of file names',
  }),
});
