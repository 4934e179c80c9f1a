// Mime (redirects) and BlockIP: the .htaccess files of an account.
import { existsSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
});
afterAll(() => here.remove());

const file = () => join(here.state, 'root/home/bob/public_html/.htaccess');
const text = () => readFileSync(file(), 'utf8');
const uapi = (name: string, args: Record<string, string> = {}) => here.uapi('bob', name, args);

beforeEach(() => writeFileSync(file(), '# mine\nRewriteEngine On\n'));

test('Mime::add_redirect, Mime::list_redirects and Mime::delete_redirect', async () => {
  const redirect = {
    domain: 'bob.example',
    src: '/old.html',
    redirect: 'https://www.example.com/new?a=1%20b',
  };
  expect(await uapi('Mime::add_redirect', redirect)).toMatchObject({ status: 1, errors: null });
  expect(text()).toBe(
    [
      '# BEGIN whmapi1 redirects',
      'RewriteEngine On',
      text().split('\n')[2],
      'RewriteCond "%{REQUEST_URI}" "!^/\\.well-known/acme-challenge/"',
      'RewriteCond "%{HTTP_HOST}" "^(?:www\\.)?bob\\.example(?::[0-9]+)?$" [NC]',
      'RewriteRule "^old\\.html/?$" "https://www.example.com/new?a=1\\%20b" [R=301,L,NE]',
      '# END whmapi1 redirects',
      '# mine\nRewriteEngine On\n',
    ].join('\n'),
  );
  expect((await uapi('Mime::add_redirect', redirect)).errors).toEqual([
    'The path “/old.html” of “bob.example” is redirected already. Delete that redirect first.',
  ]);
  const all = { domain: 'bob.example', src: 'shop', redirect: 'http://shop.example/' };
  await uapi('Mime::add_redirect', { ...all, type: 'temp', redirect_wildcard: '1', redirect_www: '1' });
  expect(text()).toContain('"^shop(.*)$" "http://shop.example/$1" [R=302,L,NE]');
  const { data } = await uapi('Mime::list_redirects');
  expect(data).toMatchObject([
    {
      domain: 'bob.example',
      displaydomain: 'bob.example',
      source: '/old.html',
      displaysourceurl: '/old.html',
      type: 'permanent',
      statuscode: '301',
      urldomain: 'bob.example',
      opts: 'L,NE',
      ...{ wildcard: 0, wildcard_text: '', matchwww: 1, matchwww_text: 'checked' },
    },
    {
      ...{ source: '/shop', destination: 'http://shop.example/', statuscode: '302', opts: 'L,NE' },
      ...{ wildcard: 1, wildcard_text: 'checked', matchwww: 0, matchwww_text: '' },
    },
  ]);
  expect((await uapi('Mime::list_redirects', { regex: 'shop' })).data).toHaveLength(1);
  await uapi('Mime::delete_redirect', { domain: 'bob.example', src: '/shop' });
  await uapi('Mime::delete_redirect', { domain: 'bob.example', src: '/old.html' });
  expect(text()).toBe('# mine\nRewriteEngine On\n');
  expect((await uapi('Mime::delete_redirect', { domain: 'bob.example', src: '/old.html' })).status).toBe(0);
});

test.each([
  { domain: 'eve.example' },
  { redirect: 'javascript:alert(1)' },
  { redirect: 'https://a.example/"\nSetHandler x' },
  { redirect: 'https://user:secret@a.example/' },
  { src: '/a"b' },
  { src: '/a\nRewriteRule' },
  { src: '/a b' },
  { redirect_www: '3' },
])('Mime::add_redirect refuses %j', async (part) => {
  const args = { domain: 'bob.example', src: '/x', redirect: 'https://a.example/', ...part };
  expect(await uapi('Mime::add_redirect', args)).toMatchObject({ status: 0 });
  expect(text()).toBe('# mine\nRewriteEngine On\n');
});

test('comments that the account has changed are not trusted', async () => {
  const evil = '# redirect {"domain":"x\\n\\"SetHandler","source":"/a","destination":"https://a.example/"}';
  writeFileSync(file(), `# BEGIN whmapi1 redirects\n# redirect {\n${evil}\n# END whmapi1 redirects\n`);
  expect((await uapi('Mime::list_redirects')).data).toEqual([]);
});

test('BlockIP::add_ip and BlockIP::remove_ip', async () => {
  expect(await uapi('BlockIP::add_ip', { ip: '192.0.2.1' })).toMatchObject({
    status: 1,
    data: ['192.0.2.1'],
  });
  await uapi('BlockIP::add_ip', { ip: '2001:DB8::/32' });
  await uapi('BlockIP::add_ip', { ip: '192.0.2.1' });
  expect(text()).toBe(
    '# BEGIN whmapi1 denied addresses\nOrder Allow,Deny\nAllow from all\nDeny from 192.0.2.1\nDeny from 2001:db8::/32\n' +
      '# END whmapi1 denied addresses\n# mine\nRewriteEngine On\n',
  );
  await uapi('BlockIP::remove_ip', { ip: '192.0.2.1' });
  expect((await uapi('BlockIP::remove_ip', { ip: '192.0.2.1' })).errors).toEqual([
    '“192.0.2.1” is not blocked.',
  ]);
  await uapi('BlockIP::remove_ip', { ip: '2001:db8::/32' });
  expect(text()).toBe('# mine\nRewriteEngine On\n');
  for (const ip of [
    'all',
    '192.0.2',
    '192.0.2.1 env=x',
    '192.0.2.0/33',
    '1',
    'host.example',
    '192.0.2.1-192.0.2.9',
  ])
    expect([ip, (await uapi('BlockIP::add_ip', { ip })).status]).toEqual([ip, 0]);
});

test('a link out of the home is not followed', async () => {
  const secret = join(here.state, 'root/home/eve/.htaccess');
  unlinkSync(file());
  symlinkSync('../../eve/.htaccess', file());
  expect(await uapi('BlockIP::add_ip', { ip: '192.0.2.1' })).toMatchObject({ status: 0 });
  expect(existsSync(secret)).toBe(false);
  unlinkSync(file());
});
