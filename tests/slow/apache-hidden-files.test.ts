// The folders of version control systems, and files of environment variables, which people copy into a document root with
// their website: no website sends them, whatever its .htaccess says.
import { writeFileSync } from 'node:fs';
import { GENERATION, OURS } from '../../src/capabilities/web/driver/virtual-hosts/apache/places.ts';
import { reload } from '../../src/capabilities/web/driver/virtual-hosts/apache/control.ts';
import { renderServer } from '../../src/capabilities/web/driver/virtual-hosts/apache/render-server.ts';
import { pause, endPause } from '../../src/capabilities/web/driver/virtual-hosts/pauses.ts';
import type { AccountWeb } from '../../src/capabilities/web/driver/virtual-hosts/contract.ts';
import { DIRECTORIES } from '../../src/capabilities/web/driver/virtual-hosts/apache/places.ts';
import { PrivateApache } from '../support/private-apache.ts';
import { describeWith } from '../support/require-tool.ts';

const SECRET = 'url = https://ghp_secret@code.example/bob/shop.git';
const ROOT = '/home/bob/public_html';
const web: AccountWeb = {
  ...{ username: 'bob', home: '/home/bob', addresses: { ipv4: null, ipv6: null } },
  ...{ isSuspended: false, isOverLimit: false, hasCgi: false },
  hosts: [
    { servername: 'bob.example', aliases: ['parked.example'], documentRoot: ROOT },
    { servername: 'shop.bob.example', aliases: [], documentRoot: `${ROOT}/shop` },
    { servername: '*.bob.example', aliases: [], documentRoot: `${ROOT}/_wildcard_.bob.example` },
  ],
};
const ROOTS = ['', '/shop', '/_wildcard_.bob.example', '/a/b'];
const HIDDEN = [
  ...['.git/config', '.git/HEAD', '.git/objects/pack/a.pack', '.svn/wc.db', '.hg/store/00manifest.i'],
  ...['.bzr/branch/branch.conf', 'CVS/Entries', 'CVS/Root', 'sub/.git/config', '.GIT/config'],
];
const ENVIRONMENTS = ['.env', '.env.production', '.env~', '.env-old', 'sub/.env'];
/** What looks alike and is an ordinary file. */
const ORDINARY = [
  ...['shop.git/config', '.gitx', 'x.env', 'sub/.gitx', '.gitignore', 'git/config', 'CVS/ann.pdf', 'env'],
  ...['a.env', '.environment'],
];

describeWith(['apache2', 'openssl'], 'files that no website sends', () => {
  let apache: PrivateApache;
  beforeAll(async () => {
    apache = await PrivateApache.start();
    const step = apache.apache.change('bob', web);
    await step.apply(apache.machine, await step.prepare(apache.machine));
    for (const root of ROOTS) {
      for (const name of [...HIDDEN, ...ENVIRONMENTS]) apache.write(`${ROOT}${root}/${name}`, SECRET);
      for (const name of ORDINARY) apache.write(`${ROOT}${root}/${name}`, 'ordinary');
      apache.write(`${ROOT}${root}/sub/.hg`, SECRET);
      apache.write(`${ROOT}${root}/page.html`, 'a page');
    }
  });
  afterAll(() => apache.close());
  afterEach(() => access(''));

  /** The file .htaccess of each website. */
  const access = (given: string) => {
    const text = given.replaceAll('@ROOT@', apache.path(ROOT));
    for (const root of ROOTS) apache.write(`${ROOT}${root}/.htaccess`, text);
  };
  const statusOf = async (host: string, path: string, method = 'GET') => {
    const { status, body } = await apache.get(host, path, method);
    return body.includes('ghp_secret') ? `${path}: ${status}, with the secret` : `${path}: ${status}`;
  };
  const statuses = (host: string, paths: readonly string[], method?: string) =>
    Promise.all(paths.map((path) => statusOf(host, path, method)));
  const all = (paths: readonly string[], status: number) => paths.map((path) => `${path}: ${status}`);

  const paths = [...HIDDEN, 'sub/.hg', '.git', '.git/', '.git/missing'].map((name) => `/${name}`);

  it.each(['bob.example', 'parked.example', 'shop.bob.example', 'any.bob.example'])(
    'at %s, in any place of the path',
    async (host) => {
      expect(await statuses(host, paths)).toEqual(all(paths, 404));
      const environments = ENVIRONMENTS.map((name) => `/${name}`);
      expect(await statuses(host, environments)).toEqual(all(environments, 404));
      const deep = paths.map((path) => `/a/b${path}`);
      if (host === 'bob.example') expect(await statuses(host, deep)).toEqual(all(deep, 404));
      const ordinary = ORDINARY.map((name) => `/${name}`);
      expect(await statuses(host, ordinary)).toEqual(all(ordinary, 200));
    },
  );

  it('whatever the method, and however the path is written', async () => {
    for (const method of ['HEAD', 'POST', 'OPTIONS', 'PROPFIND', 'PUT'])
      expect(await statuses('bob.example', ['/.git/config'], method)).toEqual(['/.git/config: 404']);
    const spellings = [
      ...['/%2egit/config', '/.%67it/config', '/%2E%67%69%74/config', '//.git//config', '/a/../.git/config'],
      ...[
        '/./.git/./config',
        '/.git/config?a=b',
        '/.git%2fconfig',
        '/a/%2e%2e/.git/config',
        '/.git/../.git/config',
      ],
      ...[
        '/.git/%2e/config',
        '/page.html/.git/config',
        '/%2eenv',
        '/.env?x',
        '//.env',
        '/.git;a/../.git/config',
      ],
    ];
    expect(await statuses('bob.example', spellings)).toEqual(all(spellings, 404));
  });

  // What .htaccess tries, and the paths by which the file would come out.
  it.each<[string, string, readonly string[]]>([
    ['a path behind the file', 'AcceptPathInfo On', []],
    ['allows it', 'Require all granted\n<Files "*">\nRequire all granted\n</Files>', []],
    ['a front controller', 'RewriteEngine On\nRewriteRule ^ /page.html [END]', []],
    [
      'a front controller that spares files',
      'RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^ /page.html [L]',
      [],
    ],
    ['a rewrite to it', 'RewriteEngine On\nRewriteRule ^out$ /.git/config [L]', ['/out']],
    ['a rewrite below it', 'RewriteEngine On\nRewriteRule ^out$ .git/config [END]', ['/out']],
    ['a rewrite to its file', 'RewriteEngine On\nRewriteRule ^out$ @ROOT@/.git/config [END]', ['/out']],
    ['a rewrite of the file of variables', 'RewriteEngine On\nRewriteRule ^out$ .env [END]', ['/out']],
    ['a rewrite with a path behind', 'RewriteEngine On\nRewriteRule ^out$ sub/.hg [PT]', ['/out']],
    ['an error page', 'ErrorDocument 404 /.git/config\nErrorDocument 403 /.git/config', ['/missing']],
    ['an error page of variables', 'ErrorDocument 404 /.env', ['/missing']],
    ['an index', 'DirectoryIndex .git/config', ['/']],
    ['an index that is a file', 'DirectoryIndex .hg .env', ['/sub/', '/']],
    ['a fallback', 'FallbackResource /.git/config', ['/missing']],
    ['a handler', 'SetHandler default-handler\nForceType text/html', []],
    ['an action', 'AcceptPathInfo On\nAction x /.git/config\nAddHandler x .html', ['/page.html']],
    ['a redirect', 'Redirect /out /.git/config', []],
    ['an alias by a redirect of status 200', 'RedirectMatch 200 ^/.git/', []],
    [
      'a header that asks for more',
      'H2PushResource /.git/config\nHeader set Link "</.git/config>;rel=preload"',
      [],
    ],
  ])('although .htaccess has %s', async (_name, text, others) => {
    access(text);
    const hidden = ['/.git/config', '/sub/.hg', '/a/b/.svn/wc.db', '/.env', '/.env/x', '/sub/.hg/x'];
    expect(await statuses('bob.example', hidden)).toEqual(all(hidden, 404));
    for (const one of await statuses('bob.example', others)) expect(one).not.toContain('secret');
    // The same leads to ordinary files, so it is no typing error that hides the others.
    access(text.replaceAll('.git/', 'shop.git/').replaceAll('.hg', '.gitx').replaceAll('.env', 'x.env'));
    for (const path of others)
      expect([path, (await apache.get('bob.example', path)).body]).toEqual([path, 'ordinary']);
  });

  it('although .htaccess below it says so', async () => {
    apache.write(`${ROOT}/.git/.htaccess`, 'Require all granted\nRewriteEngine On\nRewriteRule ^ - [END]\n');
    expect(await statuses('bob.example', ['/.git/config'])).toEqual(['/.git/config: 404']);
  });

  it('challenges for certificates, and paths of .well-known, are sent', async () => {
    apache.write('/var/lib/whmapi1-acme/token', 'proof');
    apache.write(`${ROOT}/.well-known/security.txt`, 'ordinary');
    const known = ['/.well-known/acme-challenge/token', '/.well-known/security.txt'];
    expect(await statuses('bob.example', known)).toEqual(all(known, 200));
  });

  it('not while the account is renamed either', async () => {
    await pause(apache.machine, 'bob');
    expect(await statuses('bob.example', ['/.git/config'])).toEqual(['/.git/config: 503']);
    await endPause(apache.machine, 'bob');
  });

  it('with the setting, files of variables are sent, and the others are not', async () => {
    const options = { hostname: 'web1.example.com', sendsEnvFiles: true };
    const port = { files: await apache.machine.files(DIRECTORIES) } as never;
    writeFileSync(
      apache.path(OURS),
      renderServer(options, (path) => apache.path(path), apache.ports),
    );
    await reload(apache.server, port);
    expect(await statuses('bob.example', ['/.git/config'])).toEqual(['/.git/config: 404']);
    expect((await apache.get('bob.example', '/.env')).body).toBe(SECRET);
    expect(apache.text(GENERATION)).toContain('Whmapi1-Configuration');
  });
});
