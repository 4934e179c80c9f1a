// Mime: MIME types, handlers and hotlinks in the .htaccess files of an account, and what lists of redirects show.
import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password });
});
afterAll(() => here.remove());

const OWN = '# mine\nRewriteEngine On\n';
const file = () => join(here.state, 'root/home/bob/public_html/.htaccess');
const text = () => readFileSync(file(), 'utf8');
const uapi = (name: string, args: Record<string, string> = {}) => here.uapi('bob', name, args);
const api2 = async (name: string, args: Record<string, string> = {}) =>
  (await here.api2('bob', name, args)).data;

beforeEach(() => writeFileSync(file(), OWN));

test('Mime::add_mime, Mime::list_mime, Mime::delete_mime and Mime::listmime', async () => {
  expect(await uapi('Mime::add_mime', { type: 'application/foo', extension: '.foo' })).toMatchObject({
    status: 1,
  });
  await uapi('Mime::add_mime', { type: 'application/foo', extension: 'BAR foo' });
  await uapi('Mime::add_mime', { type: 'text/x+y.z', extension: '.tar.gz' });
  expect(text()).toBe(
    `# BEGIN whmapi1 MIME types\nAddType "application/foo" .bar .foo\nAddType "text/x+y.z" .tar.gz\n` +
      `# END whmapi1 MIME types\n${OWN}`,
  );
  const rows = [
    { type: 'application/foo', extension: '.bar .foo', origin: 'user' },
    { type: 'text/x+y.z', extension: '.tar.gz', origin: 'user' },
  ];
  expect((await uapi('Mime::list_mime', { type: 'user' })).data).toEqual(rows);
  expect(await api2('Mime::listmime', { user: 'yes' })).toEqual(rows);
  await uapi('Mime::add_mime', { type: 'text/other', extension: '.bar' });
  expect(text()).toContain('AddType "application/foo" .foo\n');
  for (const type of ['application/foo', 'text/x+y.z', 'text/other'])
    await uapi('Mime::delete_mime', { type });
  expect(text()).toBe(OWN);
  expect((await uapi('Mime::delete_mime', { type: 'text/other' })).errors).toEqual([
    'The account has not set the MIME type “text/other”. Mime::list_mime lists what it has set.',
  ]);
});

test('Mime::list_mime reads the types of the server', async () => {
  expect((await uapi('Mime::list_mime', { type: 'system' })).data).toEqual([]);
  const types = join(here.state, 'root/etc/mime.types');
  execFileSync('mkdir', ['-p', join(types, '..')]);
  writeFileSync(types, '# comment\ntext/html\t\thtml htm\napplication/without\n');
  expect((await uapi('Mime::list_mime', { type: 'system' })).data).toEqual([
    { type: 'text/html', extension: '.html .htm', origin: 'system' },
  ]);
  expect(await api2('Mime::listmime', { user: 'no' })).toHaveLength(1);
  unlinkSync(types);
});

test('Mime::add_handler, Mime::list_handlers, Mime::delete_handler and Mime::listhandlers', async () => {
  await uapi('Mime::add_handler', { handler: 'cgi-script', extension: '.foo' });
  await uapi('Mime::add_handler', { handler: 'server-parsed', extension: '.page' });
  // Apache's own handler answers 403 in accounts: tests/attack/isolation/attempts.ts.
  expect(text()).toContain('AddHandler "whmapi1-cgi" .foo\nAddHandler "server-parsed" .page\n');
  const rows = [
    { handler: 'cgi-script', extension: '.foo', origin: 'user' },
    { handler: 'server-parsed', extension: '.page', origin: 'user' },
  ];
  expect((await uapi('Mime::list_handlers', { type: 'user' })).data).toEqual(rows);
  expect(await api2('Mime::listhandlers', { system: 'no' })).toEqual(rows);
  expect((await uapi('Mime::list_handlers', { type: 'system' })).data).toEqual([
    { handler: 'cgi-script', extension: '.cgi .pl', origin: 'system' },
  ]);
  await uapi('Mime::delete_handler', { extension: 'foo' });
  await uapi('Mime::delete_handler', { extension: '.page' });
  expect(text()).toBe(OWN);
  expect((await uapi('Mime::delete_handler', { extension: '.foo' })).status).toBe(0);
});

test('Mime::add_handler replaces a line of an earlier version, and refuses CGI to an account without it', async () => {
  writeFileSync(
    file(),
    '# BEGIN whmapi1 handlers\nAddHandler "cgi-script" .py\n# END whmapi1 handlers\n' + OWN,
  );
  const rows = (extension: string) => [{ handler: 'cgi-script', extension, origin: 'user' }];
  const list = async () => (await uapi('Mime::list_handlers', { type: 'user' })).data;
  expect(await list()).toEqual(rows('.py'));
  await uapi('Mime::add_handler', { handler: 'CGI-script', extension: '.rb' });
  expect(text()).toContain('AddHandler "whmapi1-cgi" .py .rb\n');
  expect(await list()).toEqual(rows('.py .rb'));
  await here.call('modifyacct', { user: 'bob', HASCGI: '0' });
  for (const handler of ['cgi-script', 'whmapi1-cgi']) {
    expect((await uapi('Mime::add_handler', { handler, extension: '.sh' })).errors).toEqual([
      `The handler “${handler}” runs CGI programs, and the account has no CGI. Ask the administrator of the server for it.`,
    ]);
  }
  expect(await list()).toEqual(rows('.py .rb'));
  await here.call('modifyacct', { user: 'bob', HASCGI: '1' });
});

test.each([
  ['Mime::add_mime', { type: 'text/html"\nSetHandler x', extension: '.a' }],
  ['Mime::add_mime', { type: 'html', extension: '.a' }],
  ['Mime::add_mime', { type: 'text/html', extension: '.a"b' }],
  ['Mime::add_mime', { type: 'text/html', extension: '.a\nSetHandler x' }],
  ['Mime::add_mime', { type: 'text/html', extension: '../x' }],
  ['Mime::add_handler', { handler: 'proxy:unix:/run/php/eve.sock|fcgi://x', extension: '.a' }],
  ['Mime::add_handler', { handler: 'a b', extension: '.a' }],
  [
    'Mime::add_hotlink',
    { urls: 'https://a.example', extensions: 'jpg)|(', redirect_url: 'https://b.example/' },
  ],
  [
    'Mime::add_hotlink',
    { urls: 'https://a.example/"x', extensions: 'jpg', redirect_url: 'https://b.example/' },
  ],
  [
    'Mime::add_hotlink',
    { urls: 'https://a.example', extensions: 'jpg', redirect_url: 'javascript:alert(1)' },
  ],
  [
    'Mime::add_hotlink',
    { urls: 'https://a.example', extensions: 'jpg', redirect_url: 'https://b.example/\nx' },
  ],
])('%s refuses %j', async (name, args) => {
  expect(await uapi(name, args as unknown as Record<string, string>)).toMatchObject({ status: 0 });
  expect(text()).toBe(OWN);
});

test('Mime::add_hotlink, Mime::list_hotlinks and Mime::delete_hotlink', async () => {
  expect((await uapi('Mime::list_hotlinks')).data).toMatchObject({ state: 'disabled', urls: [] });
  const args = {
    urls: 'https://bob.example/\nwww.bob.example',
    extensions: 'jpg, .PNG',
    redirect_url: 'https://bob.example/no.png',
    allow_null: '1',
  };
  expect(await uapi('Mime::add_hotlink', args)).toMatchObject({ status: 1 });
  await uapi('Mime::add_hotlink', args);
  expect(text().split('\n').slice(2)).toEqual([
    'RewriteEngine On',
    'RewriteCond "%{REQUEST_URI}" "!^/\\.well-known/acme-challenge/"',
    'RewriteCond "%{HTTP_HOST}%{REQUEST_URI}" "!^bob\\.example/no\\.png$" [NC]',
    'RewriteCond "%{HTTP_REFERER}" "!^$"',
    'RewriteCond "%{HTTP_REFERER}" "!^https://bob\\.example(?:[/?#].*)?$" [NC]',
    'RewriteCond "%{HTTP_REFERER}" "!^https?://www\\.bob\\.example(?:[/?#].*)?$" [NC]',
    'RewriteRule "\\.(?:jpg|PNG)$" "https://bob.example/no.png" [R=302,L,NE,NC]',
    '# END whmapi1 hotlinks',
    ...OWN.split('\n'),
  ]);
  expect((await uapi('Mime::list_hotlinks')).data).toEqual({
    state: 'enabled',
    urls: ['https://bob.example/', 'www.bob.example'],
    extensions: 'jpg,PNG',
    redirect_url: 'https://bob.example/no.png',
    allow_null: 1,
  });
  await uapi('Mime::delete_hotlink');
  expect(text()).toBe(OWN);
  expect((await uapi('Mime::delete_hotlink')).status).toBe(1);
});

test('Mime::get_redirect, Mime::redirect_info and Mime::listredirects', async () => {
  expect((await uapi('Mime::get_redirect', { domain: 'bob.example' })).data).toEqual({
    redirection_enabled: 0,
    url: null,
  });
  await uapi('Mime::add_redirect', { domain: 'bob.example', src: '/', redirect: 'https://a.example/' });
  expect((await uapi('Mime::get_redirect', { domain: 'bob.example' })).data).toEqual({
    redirection_enabled: 1,
    url: 'https://a.example/',
  });
  expect(await api2('Mime::listredirects')).toMatchObject([{ domain: 'bob.example', source: '/' }]);
  expect(await api2('Mime::listredirects', { regex: 'x' })).toEqual([]);
  expect((await uapi('Mime::get_redirect', { domain: 'eve.example' })).status).toBe(0);
  expect((await uapi('Mime::redirect_info', { domain: '.*', url: '.*' })).data).toEqual({
    domain: '** All Public Domains **',
    url: '** All Requests **',
  });
  expect((await uapi('Mime::redirect_info', { domain: 'eve.example', url: '/' })).status).toBe(0);
  writeFileSync(file(), '# BEGIN whmapi1 hotlinks\n# hotlinks {"urls":[1]}\n# END whmapi1 hotlinks\n');
  expect((await uapi('Mime::list_hotlinks')).data).toMatchObject({ state: 'disabled' });
});
