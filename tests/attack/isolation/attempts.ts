// Attempts of an account to run code as another user, or to read another account's files, through Apache. A table: ways to
// name a socket, ways to make a request reach it, and what the request carries; then CGI, handlers of modules, and files.

/** What an account writes into its public_html, and the request that follows. */
export interface Attempt {
  readonly kind: string;
  readonly name: string;
  readonly htaccess: string;
  /** Below the website: `/go`. */
  readonly path: string;
  readonly method?: 'GET' | 'POST';
}

export interface Targets {
  readonly attacker: string;
  readonly victim: string;
  readonly victimSocket: string;
  /** The pool of Debian's package. */
  readonly debianSocket: string;
  /** The pool without accounts that keeps PHP-FPM running. */
  readonly baseSocket: string;
}

/** Programs of the attacker print this and the name of their user. */
export const RAN_AS = 'RAN-AS:';
/** In files of the victim that its own website does not show. */
export const SECRET = 'SECRET-OF-THE-VICTIM';

export const paths = ({ attacker, victim }: Pick<Targets, 'attacker' | 'victim'>) => ({
  own: `/home/${attacker}/public_html`,
  program: `/home/${attacker}/public_html/x.php`,
  report: `/home/${victim}/public_html/private/report.php`,
  secret: `/home/${victim}/public_html/secret.env`,
});

interface Reached {
  readonly lines: readonly string[];
  readonly path: string;
}

/** How a request of the website reaches a socket with a script. `variables`: further flags of a rule. */
type Way = (socket: string, script: string, variables: string) => Reached;

const rule = (target: string, flags = '') => ['RewriteEngine On', `RewriteRule ^go ${target} [P${flags}]`];
const url = (socket: string, script: string) => `unix:${socket}|fcgi://localhost${script}`;
const proxied = (more: readonly string[], path = '/go', flags = ''): Way => {
  return (socket, script, variables) => ({
    lines: [...rule(`"${url(socket, script)}"`, flags + variables), ...more],
    path,
  });
};
/** The handler is followed by the path of the file, and PHP takes the longest part that is a file. */
const handled = (line: (handler: string) => readonly string[], path: string): Way => {
  return (socket, script) => ({ lines: line(`proxy:${url(socket, script)}`), path });
};

const ways = {
  '[P]': proxied([]),
  '[P] with END': proxied([], '/go', ',END'),
  '[P] with NE and QSA': proxied([], '/go?a=b', ',NE,QSA'),
  UNIX: (socket, script, variables) => ({
    lines: rule(`"UNIX:${socket}|fcgi://localhost${script}"`, variables),
    path: '/go',
  }),
  'another scheme behind the socket': (socket, script, variables) => ({
    lines: rule(`"unix:${socket}|FCGI://127.0.0.1:1${script}"`, variables),
    path: '/go',
  }),
  'the script in the query': (socket, script, variables) => ({
    lines: [
      'RewriteEngine On',
      'RewriteCond %{QUERY_STRING} ^(.*)$',
      `RewriteRule ^go "unix:${socket}|fcgi://localhost%1" [P${variables}]`,
    ],
    path: `/go?${script}`,
  }),
  ErrorDocument: proxied(['ErrorDocument 404 /go'], '/missing'),
  DirectoryIndex: proxied(['DirectoryIndex /go'], '/folder/'),
  FallbackResource: proxied(['FallbackResource /go'], '/missing'),
  Action: proxied(['AddHandler go-there .foo', 'Action go-there /go'], '/x.foo'),
  '<If>': (socket, script, variables) => ({
    lines: ['<If "true">', ...rule(`"${url(socket, script)}"`, variables), '</If>'],
    path: '/go',
  }),
  ...Object.fromEntries(
    ['full', 'first-dot', 'last-dot', 'unescape', '1'].map((value) => [
      `proxy-fcgi-pathinfo ${value}`,
      proxied([`SetEnv proxy-fcgi-pathinfo ${value}`]),
    ]),
  ),
  SetHandler: handled((handler) => [`<Files "x.*">`, `SetHandler "${handler}"`, '</Files>'], '/x.php'),
  'SetHandler of a text': handled(
    (handler) => [`<Files "x.*">`, `SetHandler "${handler}"`, '</Files>'],
    '/x.txt',
  ),
  'SetHandler by an expression': handled(
    (handler) => [`<Files "x.*">`, `SetHandler "expr=${handler}"`, '</Files>'],
    '/x.php',
  ),
  'SetHandler with # and ?': handled(
    (handler) => [`<Files "x.*">`, `SetHandler "${handler}#"`, '</Files>'],
    '/x.php?a=b',
  ),
  'SetHandler in <If>': handled((handler) => ['<If "true">', `SetHandler "${handler}"`, '</If>'], '/x.php'),
  AddHandler: handled(
    (handler) => [`AddHandler "${handler}" .foo`, '<Files "y.*">', 'SetHandler none', '</Files>'],
    '/y.foo.php',
  ),
  'AddHandler of a text': handled((handler) => [`AddHandler "${handler}" .foo`], '/x.foo'),
  AddType: handled((handler) => [`AddType "${handler}" .foo`], '/x.foo'),
  ForceType: handled((handler) => ['<Files "x.foo">', `ForceType "${handler}"`, '</Files>'], '/x.foo'),
  'H=': handled((handler) => ['RewriteEngine On', `RewriteRule ^x\\.txt$ - [H=${handler}]`], '/x.txt'),
  'H= of PHP': handled((handler) => ['RewriteEngine On', `RewriteRule ^x\\.php$ - [H=${handler}]`], '/x.php'),
} satisfies Record<string, Way>;

/** Spellings of the path of a socket. The attacker has a symbolic link to each. */
const spellings: Readonly<Record<string, (socket: string, targets: Targets) => string>> = {
  '': (socket) => socket,
  'with ..': (socket) => socket.replace('/run/', '/run/../run/'),
  'with //': (socket) => socket.replace('/run/', '/run//'),
  'by a link': (socket, { attacker }) => `/home/${attacker}/${linkOf(socket)}`,
};

export const linkOf = (socket: string) => `link-to-${socket.split('/').at(-1) ?? ''}`;

/** What the request carries beside its script, as lines of .htaccess and as further flags of a rule. */
function luggage({ own, program, report }: ReturnType<typeof paths>) {
  const values = `open_basedir=/\nauto_prepend_file=${program}`.replace('\n', '\\n');
  const set = (name: string, value: string) => ({ lines: [`SetEnv ${name} "${value}"`], variables: '' });
  return {
    'PHP_VALUE and PHP_ADMIN_VALUE': {
      lines: [`SetEnv PHP_VALUE "auto_prepend_file=${program}"`, 'SetEnv PHP_ADMIN_VALUE "open_basedir=/"'],
      variables: `,E=PHP_ADMIN_VALUE:${values},E=PHP_VALUE:auto_prepend_file=${program}`,
    },
    'SetEnvIf PHP_ADMIN_VALUE': {
      lines: [`SetEnvIf Request_URI . "PHP_ADMIN_VALUE=auto_prepend_file=${program}"`],
      variables: '',
    },
    SCRIPT_FILENAME: set('SCRIPT_FILENAME', report),
    'SCRIPT_FILENAME by a flag': { lines: [], variables: `,E=SCRIPT_FILENAME:${report}` },
    'PATH_TRANSLATED and REDIRECT_URL': {
      lines: [
        `SetEnv PATH_TRANSLATED "${report}"`,
        'SetEnv REDIRECT_URL "/private/report.php"',
        `SetEnv ORIG_PATH_TRANSLATED "${report}"`,
      ],
      variables: `,E=PATH_TRANSLATED:${report},E=REDIRECT_URL:/private/report.php`,
    },
    'SCRIPT_NAME and DOCUMENT_ROOT': {
      lines: [
        `SetEnv DOCUMENT_ROOT "${report.replace('/report.php', '')}"`,
        'SetEnv SCRIPT_NAME "/report.php"',
      ],
      variables: ',E=SCRIPT_NAME:/report.php,E=PATH_INFO:/report.php',
    },
    'a forbidden ProxyFCGISetEnvIf': {
      lines: [
        `ProxyFCGISetEnvIf "true" SCRIPT_FILENAME "${report}"`,
        'ProxyFCGISetEnvIf "true" PHP_ADMIN_VALUE "open_basedir=/"',
      ],
      variables: '',
    },
    'a forbidden ProxyFCGIBackendType': { lines: ['ProxyFCGIBackendType GENERIC'], variables: '' },
    'a note': {
      lines: [`Header note uds_path ${own}`, `RequestHeader set uds_path ${own}`, `SetEnv uds_path ${own}`],
      variables: '',
    },
  } as const;
}

function requestsTo(targets: Targets): Attempt[] {
  const { program, report } = paths(targets);
  const attempts: Attempt[] = [];
  const add = (kind: string, name: string, { lines, path }: Reached, more: readonly string[] = []) => {
    attempts.push({ kind, name, htaccess: `${[...more, ...lines].join('\n')}\n`, path });
  };
  const places = [
    { name: 'another account’s pool', socket: targets.victimSocket, script: report },
    { name: 'Debian’s pool', socket: targets.debianSocket, script: program },
    { name: 'the base pool', socket: targets.baseSocket, script: program },
  ];
  for (const { name, socket, script } of places) {
    for (const [way, request] of Object.entries<Way>(ways)) {
      add(name, way, request(socket, script, ''));
      // The handler's own path, of the attacker's program.
      if (script === program && /Handler|Type|H=/.test(way))
        add(name, `${way}, own file`, request(socket, '', ''));
    }
    for (const [spelling, spelled] of Object.entries(spellings)) {
      if (spelling === '') continue;
      for (const way of ['[P]', 'SetHandler', 'AddHandler'] as const)
        add(name, `${way} ${spelling}`, ways[way](spelled(socket, targets), script, ''));
    }
    for (const [carried, { lines, variables }] of Object.entries(luggage(paths(targets)))) {
      for (const way of ['[P]', 'SetHandler', 'H='] as const)
        for (const aim of new Set([script, program]))
          add(name, `${way} with ${carried}`, ways[way](socket, aim, variables), lines);
    }
  }
  return attempts;
}

const OPTIONS = ['', 'Options +ExecCGI\n', 'Options All\n'];
const IDENTITIES = {
  'two users': 'SuexecUserGroup a b\n',
  'www-data': 'SuexecUserGroup www-data www-data\n',
  'in <Files>': '<Files "x.*">\nSuexecUserGroup a b\n</Files>\n',
  'in <If>': '<If "true">\nSuexecUserGroup a b\n</If>\n',
  'with AllowOverride': 'AllowOverride All Nonfatal=All\nSuexecUserGroup a b\n',
};

function cgi({ victim }: Targets): Attempt[] {
  const kind = 'CGI';
  const places = {
    '/cgi-bin/x.cgi': '',
    '/folder/x.cgi': '',
    '/folder/x.foo': 'AddHandler cgi-script .foo\n',
    '/folder/y.foo': '<Files "y.foo">\nSetHandler cgi-script\n</Files>\n',
    '/folder/z.foo': 'AddHandler whmapi1-cgi .foo\n',
    '/x.foo': 'AddHandler go-there .foo\nAction go-there /cgi-bin/x.cgi\n',
    '/missing': 'ErrorDocument 404 /cgi-bin/x.cgi\n',
    '/.whmapi1-cgi/run/cgi-bin/x.cgi': '',
    '/go': 'RewriteEngine On\nRewriteRule ^go$ /.whmapi1-cgi/run/cgi-bin/x.cgi [L]\n',
  };
  return [
    ...Object.entries(IDENTITIES).flatMap(([identity, line]) =>
      Object.entries(places).flatMap(([path, lines]) =>
        OPTIONS.map((options) => ({
          ...{ kind, path, htaccess: options + line + lines },
          name: `SuexecUserGroup ${identity}, ${options.trim() || 'no Options'}`,
        })),
      ),
    ),
    { kind, name: 'a link to a program of the victim', path: '/cgi-bin/victim.cgi', htaccess: '' },
    {
      ...{ kind, name: 'PATH_TRANSLATED of the victim', path: '/cgi-bin/x.cgi' },
      htaccess: `SetEnv PATH_TRANSLATED /home/${victim}/public_html/cgi-bin/report.cgi\nSetEnv SCRIPT_FILENAME /home/${victim}/public_html/cgi-bin/report.cgi\n`,
    },
  ];
}

function handlers(): Attempt[] {
  const kind = 'handlers of modules';
  const names = [
    ...['server-status', 'server-info', 'balancer-manager', 'ldap-status', 'md-status', 'perl-script'],
    ...['lua-script', 'wsgi-script', 'python-program', 'mod_python', 'server-parsed', 'php-script'],
    ...[
      'application/x-httpd-php',
      'application/x-httpd-php-source',
      'x-httpd-php',
      'cgi-script',
      'isapi-handler',
    ],
  ];
  return names.flatMap((name) => [
    {
      kind,
      name: `SetHandler ${name}`,
      path: '/x.php',
      htaccess: `<Files "x.*">\nSetHandler ${name}\n</Files>\n`,
    },
    {
      kind,
      name: `AddType ${name}`,
      path: '/x.foo',
      htaccess: `AddType ${name} .foo\nphp_flag engine on\nphp_admin_flag engine on\n`,
    },
  ]);
}

function files(targets: Targets): Attempt[] {
  const { secret, report } = paths(targets);
  const kind = 'files';
  const options = [
    '',
    'Options FollowSymLinks\n',
    'Options All -SymLinksIfOwnerMatch\n',
    'Options +FollowSymLinks\n',
  ];
  const links = [
    '/link.txt',
    '/link-folder/secret.env',
    '/link-folder/private/report.php',
    '/folder/link.html',
  ];
  const read = (name: string, htaccess: string, path = '/') => ({ kind, name, htaccess, path });
  return [
    ...options.flatMap((lines) =>
      links.map((path) => read(`a link, ${lines.trim() || 'no Options'}`, lines, path)),
    ),
    read('Header with file()', `Header always set X-Leak "expr=%{file:${secret}}"\n`),
    read('ErrorDocument with file()', `ErrorDocument 404 "%{file:${secret}}"\n`, '/missing'),
    read(
      'RewriteCond with file()',
      `RewriteEngine On\nRewriteCond expr "file('${secret}') =~ /^(.*)$/"\nRewriteRule ^ - [E=LEAK:%1]\nHeader always set X-Leak "%{LEAK}e"\n`,
    ),
    read(
      '<If> with file()',
      `<If "file('${secret}') =~ /SECRET/">\nHeader always set X-Leak ${SECRET}\n</If>\n`,
    ),
    read(
      'HeaderName',
      `Options +Indexes\nHeaderName ../../../${secret}\nReadmeName ../../..${secret}\n`,
      '/folder/',
    ),
    read('Include', `Include ${secret}\n`, '/x.txt'),
    read(
      'AuthUserFile',
      `AuthType Basic\nAuthName x\nAuthUserFile ${secret}\nRequire valid-user\n`,
      '/x.txt',
    ),
    read('a rule with the path', `RewriteEngine On\nRewriteRule ^go$ ${secret} [L]\n`, '/go'),
    read('PHP', '', `/read.php?${secret}`),
    read('PHP through a link', '', '/read.php?link.txt'),
    read('a CGI program', '', `/cgi-bin/read.cgi?${report}`),
  ];
}

/** A URL in an own directory whose .htaccess is a link to a file of the victim. The account’s error log shows a part of it. */
export const LINKED_ACCESS_FILE = '/linked/x.txt';

export const attemptsOn = (targets: Targets): readonly Attempt[] => [
  ...requestsTo(targets),
  ...cgi(targets),
  ...handlers(),
  ...files(targets),
];

/** Like what an administrator would call normal: all of them must work. `expected` is part of the response. */
export interface Control extends Omit<Attempt, 'kind'> {
  readonly expected: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What WordPress writes into .htaccess. */
export const WORDPRESS =
  'RewriteEngine On\nRewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]\nRewriteBase /\nRewriteRule ^index\\.php$ - [L]\n' +
  'RewriteCond %{REQUEST_FILENAME} !-f\nRewriteCond %{REQUEST_FILENAME} !-d\nRewriteRule . /index.php [L]\n';

export function controlsOn({ attacker }: Pick<Targets, 'attacker'>, ownSocket: string): readonly Control[] {
  const { own } = paths({ attacker, victim: '' });
  const ran = `${RAN_AS}${attacker}`;
  const authorization = { Authorization: 'Bearer token-of-a-client' };
  return [
    { name: 'static file', htaccess: '', path: '/x.txt', expected: 'a text' },
    { name: 'own link', htaccess: 'Options +FollowSymLinks\n', path: '/own-link.txt', expected: 'a text' },
    { name: 'PHP', htaccess: '', path: '/x.php', expected: ran },
    {
      name: 'WordPress: permalink',
      htaccess: WORDPRESS,
      path: '/2026/a-post/?p=1',
      expected: `${ran} /2026/a-post/?p=1`,
    },
    {
      name: 'WordPress: front page',
      htaccess: `DirectoryIndex index.php\n${WORDPRESS}`,
      path: '/',
      expected: ran,
    },
    { name: 'WordPress: static file', htaccess: WORDPRESS, path: '/x.txt', expected: 'a text' },
    { name: 'POST', htaccess: '', path: '/x.php', method: 'POST', body: 'a=posted', expected: 'posted' },
    {
      name: 'Authorization',
      htaccess: '',
      path: '/x.php',
      headers: authorization,
      expected: 'token-of-a-client',
    },
    {
      name: 'Authorization behind rules',
      htaccess: WORDPRESS,
      path: '/a/b',
      headers: authorization,
      expected: 'token-of-a-client',
    },
    { name: 'Header', htaccess: 'Header set X-Own yes\n', path: '/x.txt', expected: 'x-own: yes' },
    {
      name: 'ErrorDocument with text',
      htaccess: 'ErrorDocument 404 "gone away"\n',
      path: '/missing',
      expected: 'gone away',
    },
    {
      name: 'ErrorDocument with PHP',
      htaccess: 'ErrorDocument 404 /x.php\n',
      path: '/missing',
      expected: ran,
    },
    {
      name: 'own [P]',
      htaccess: `${rule(`"${url(ownSocket, `${own}/x.php`)}"`).join('\n')}\n`,
      path: '/go',
      expected: ran,
    },
    {
      name: 'own SetHandler',
      htaccess: `<Files "x.*">\nSetHandler "proxy:unix:${ownSocket}|fcgi://localhost"\n</Files>\n`,
      ...{ path: '/x.php', expected: ran },
    },
    { name: 'CGI', htaccess: '', path: '/cgi-bin/x.cgi', expected: ran },
    {
      name: 'CGI outside of cgi-bin',
      htaccess: 'AddHandler cgi-script .cgi .pl\n',
      path: '/folder/x.cgi',
      expected: ran,
    },
    {
      name: 'CGI with another extension',
      htaccess: 'AddHandler whmapi1-cgi .foo\n',
      path: '/folder/x.foo',
      expected: ran,
    },
    { name: 'CGI: query', htaccess: '', path: '/cgi-bin/x.cgi?a=b%20c', expected: 'query=a=b%20c' },
    {
      name: 'CGI: PATH_INFO',
      htaccess: '',
      path: '/cgi-bin/x.cgi/more/path',
      expected: 'path=/more/path script=/cgi-bin/x.cgi',
    },
    {
      name: 'CGI: POST',
      htaccess: '',
      path: '/cgi-bin/x.cgi',
      method: 'POST',
      body: 'posted to CGI',
      expected: 'posted to CGI',
    },
    {
      name: 'CGI: Authorization',
      htaccess: '',
      path: '/cgi-bin/x.cgi',
      headers: authorization,
      expected: 'token-of-a-client',
    },
    {
      name: 'CGI behind a rule',
      htaccess: 'RewriteEngine On\nRewriteRule ^go$ /cgi-bin/x.cgi [L]\n',
      path: '/go',
      expected: ran,
    },
    { name: 'CGI with a space', htaccess: '', path: '/cgi-bin/with%20space.cgi', expected: ran },
  ];
}
