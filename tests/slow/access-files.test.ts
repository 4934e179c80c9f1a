// Our parts of .htaccess (redirects, blocked addresses) on a real Apache, as visitors see them.
import type { AccountWeb } from '../../src/drivers/virtual-hosts/contract.ts';
import { withDenied, withoutDenied } from '../../src/model/access-files/denied-addresses.ts';
import { withRedirect, type Redirect } from '../../src/model/access-files/redirects.ts';
import { PrivateApache } from '../support/private-apache.ts';
import { describeWith } from '../support/require-tool.ts';

jest.setTimeout(120_000);

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
