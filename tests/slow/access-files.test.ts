// Our parts of .htaccess (redirects, blocked addresses) on a real Apache, as visitors see them.
import { randomBytes } from 'node:crypto';
import type { AccountWeb } from '../../src/capabilities/web/driver/virtual-hosts/contract.ts';
import { withDenied, withoutDenied } from '../../src/capabilities/access-files/rules/denied-addresses.ts';
import { withFileType } from '../../src/capabilities/access-files/rules/file-types.ts';
import { withHotlinks } from '../../src/capabilities/access-files/rules/hotlinks.ts';
import {
  withProtection,
  withUser,
} from '../../src/capabilities/access-files/rules/directory-privacy/directories.ts';
import { hashed } from '../../src/capabilities/access-files/rules/directory-privacy/hash.ts';
import { withRedirect, type Redirect } from '../../src/capabilities/access-files/rules/redirects.ts';
import { PrivateApache } from '../support/private-apache.ts';
import { describeWith } from '../support/require-tool.ts';

const web: AccountWeb = {
  username: 'bob',
  home: '/home/bob',
  addresses: { ipv4: null, ipv6: null },
  isSuspended: false,
  isOverLimit: false,
  hasCgi: false,
  hosts: [{ servername: 'bob.example', aliases: ['www.bob.example'], documentRoot: '/home/bob/public_html' }],
};
const redirect: Redirect = {
  domain: 'bob.example',
  source: '/old.html',
  destination: 'https://www.example.com/new?a=1%20b$1',
  type: 'permanent',
  isWildcard: false,
  www: 0,
};

describeWith(['apache2', 'openssl'], 'our parts of .htaccess', () => {
  let apache: PrivateApache;
  const put = (name: string, text: string) => apache.write(`/home/bob/public_html/${name}`, text);
  const answer = async (path: string, host = 'bob.example') => {
    const { status, headers } = await apache.get(host, path);
    return `${status} ${typeof headers.location === 'string' ? headers.location : ''}`.trim();
  };

  beforeAll(async () => {
    apache = await PrivateApache.start();
    put('index.html', 'of bob');
    put('oldXhtml', 'another file');
    const step = apache.apache.change('bob', web, {});
    await step.apply(apache.machine, await step.prepare(apache.machine));
  });
  afterAll(() => apache.close());

  it('redirect one path, with and without www', async () => {
    put('.htaccess', withRedirect('', redirect));
    expect(await answer('/old.html')).toBe('301 https://www.example.com/new?a=1%20b$1');
    expect(await answer('/old.html', 'www.bob.example')).toBe('301 https://www.example.com/new?a=1%20b$1');
    expect([await answer('/'), await answer('/oldXhtml')]).toEqual(['200', '200']);
  });

  it('redirect everything below a path, before rules of an application', async () => {
    const rules = 'RewriteEngine On\nRewriteRule ^index[.]html$ - [L]\nRewriteRule . /index.html [L]\n';
    const wildcard = {
      ...redirect,
      source: '/shop',
      destination: 'http://shop.example/s',
      isWildcard: true,
    } as const;
    put('.htaccess', withRedirect(rules, { ...wildcard, type: 'temporary', www: 1 }));
    expect(await answer('/shop/a/b.html')).toBe('302 http://shop.example/s/a/b.html');
    expect(await answer('/shop/a', 'www.bob.example')).toBe('200');
    expect(await answer('/anything')).toBe('200');
  });

  it('redirect the home page only, or a whole site', async () => {
    put('.htaccess', withRedirect('', { ...redirect, source: '/', destination: 'http://a.example/' }));
    expect([await answer('/'), await answer('/index.html')]).toEqual(['301 http://a.example/', '200']);
    put(
      '.htaccess',
      withRedirect('', { ...redirect, source: '/', destination: 'http://a.example/', isWildcard: true }),
    );
    expect(await answer('/index.html')).toBe('301 http://a.example/index.html');
    expect(await answer('/.well-known/acme-challenge/x')).toBe('404');
  });

  it('set MIME types and handlers', async () => {
    put('data.foo', 'x');
    put('.htaccess', withFileType('', 'mime', { value: 'application/foo', extension: '.foo' }));
    expect((await apache.get('bob.example', '/data.foo')).headers['content-type']).toBe('application/foo');
    put('.htaccess', withFileType('', 'handler', { value: 'send-as-is', extension: '.asis' }));
    put('page.asis', 'Status: 410 Gone\nContent-Type: text/plain\n\ngone');
    expect(await answer('/page.asis')).toBe('410');
  });

  it('keep other websites from showing pictures', async () => {
    put('photo.jpg', 'x');
    put('no.jpg', 'x');
    const hotlinks = {
      urls: ['http://bob.example', 'friend.example'],
      extensions: ['jpg'],
      redirectUrl: 'http://bob.example/no.jpg',
      allowsNone: false,
    };
    put('.htaccess', withHotlinks('', hotlinks));
    const from = async (referer: string, path = '/photo.jpg') =>
      (await apache.get('bob.example', path, 'GET', referer === '' ? {} : { referer })).status;
    expect([
      await from(''),
      await from('https://thief.example/'),
      await from('http://bob.example.thief.example/'),
    ]).toEqual([302, 302, 302]);
    expect([await from('http://bob.example/page'), await from('https://friend.example')]).toEqual([200, 200]);
    // The target itself is no loop.
    expect([await from('https://thief.example/', '/no.jpg'), await from('', '/index.html')]).toEqual([
      200, 200,
    ]);
    put('.htaccess', withHotlinks('', { ...hotlinks, allowsNone: true }));
    expect([await from(''), await from('https://thief.example/')]).toEqual([200, 302]);
  });

  it('protect a directory by passwords', async () => {
    put('.htaccess', '');
    put('private/page.html', 'private');
    const users = '/home/bob/.htpasswds/public_html/private/passwd';
    const random = { randomBytes: async (count: number) => Uint8Array.from(randomBytes(count)) };
    const grüße = 'Grüße: horse battery "staple"';
    apache.write(users, withUser('', 'ann', await hashed(random, grüße)));
    // The private Apache has its files below another directory.
    put('private/.htaccess', withProtection('', 'Für uns', apache.path(users)));
    const as = async (user: string, password: string) => {
      const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
      return (await apache.get('bob.example', '/private/page.html', 'GET', { authorization })).status;
    };
    expect([await answer('/private/page.html'), await answer('/')]).toEqual(['401', '200']);
    expect([await as('ann', grüße), await as('ann', 'wrong'), await as('eve', grüße)]).toEqual([
      200, 401, 401,
    ]);
    expect(await answer('/.htpasswds/public_html/private/passwd')).toBe('404');
  });

  it('list the files of directories as their settings say, and .htaccess cannot change that', async () => {
    put('.htaccess', '');
    for (const folder of ['listed', 'listed/closed', 'listed/closed/open', 'other'])
      put(`${folder}/a.txt`, 'a');
    const indexes = (
      [
        ['listed', 'standard'],
        ['listed/closed', 'disabled'],
        ['listed/closed/open', 'fancy'],
      ] as const
    ).map(([path, type]) => ({ path: `/home/bob/public_html/${path}`, type }));
    const step = apache.apache.change('bob', { ...web, indexes }, {});
    await step.apply(apache.machine, await step.prepare(apache.machine));
    const body = async (path: string) => (await apache.get('bob.example', path)).body;
    const status = async (path: string) => (await apache.get('bob.example', path)).status;
    expect([await status('/listed/closed/'), await status('/other/')]).toEqual([403, 403]);
    expect([await status('/listed/'), await status('/listed/closed/open/')]).toEqual([200, 200]);
    expect(await body('/listed/')).toContain('a.txt');
    // Only the fancy list has the time of the last change.
    expect(
      [await body('/listed/'), await body('/listed/closed/open/')].map((text) =>
        text.includes('Last modified'),
      ),
    ).toEqual([false, true]);
    put('other/.htaccess', 'Options +Indexes\n');
    put('listed/closed/.htaccess', 'Options +Indexes +FollowSymLinks\n');
    expect([await status('/other/'), await status('/listed/closed/')]).toEqual([403, 403]);
    expect(await status('/listed/closed/a.txt')).toBe(200);
    const former = apache.apache.change('bob', web, {});
    await former.apply(apache.machine, await former.prepare(apache.machine));
    expect(await status('/listed/')).toBe(403);
  });

  it('block addresses, and do not open what the account has closed', async () => {
    const open = withDenied('', '192.0.2.1');
    put('.htaccess', open);
    expect(await answer('/')).toBe('200');
    const closed = withDenied(open, '127.0.0.0/8');
    put('.htaccess', closed);
    expect(await answer('/')).toBe('403');
    put('.htaccess', withoutDenied(closed, '127.0.0.0/8'));
    expect(await answer('/')).toBe('200');
    put('.htaccess', withDenied('Require all denied\n', '192.0.2.1'));
    expect(await answer('/')).toBe('403');
  });
});
