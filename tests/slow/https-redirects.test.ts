// Redirects to HTTPS on a real Apache, as visitors see them.
import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import type { AccountWeb } from '../../src/capabilities/web/driver/virtual-hosts/contract.ts';
import { selfSigned } from '../support/certificates.ts';
import { PrivateApache } from '../support/private-apache.ts';
import { describeWith } from '../support/require-tool.ts';

const names = ['bob.example', 'www.bob.example', 'mail.bob.example'];
const documentRoot = '/home/bob/public_html';

describeWith(['apache2', 'openssl', 'curl'], 'redirects to HTTPS', () => {
  let apache: PrivateApache;
  let certificate: { readonly path: string; readonly id: string };
  beforeAll(async () => {
    apache = await PrivateApache.start();
    const { crt, key } = await selfSigned({ domains: [...names, '*.shop.example'] });
    apache.write('/etc/ssl/whmapi1/sites/bob.pem', key + crt);
    certificate = { path: '/etc/ssl/whmapi1/sites/bob.pem', id: 'one' };
    apache.write(`${documentRoot}/index.html`, 'of bob');
    apache.write('/var/lib/whmapi1-acme/token', 'proof');
  });
  afterAll(() => apache.close());

  const serve = async (host: Partial<AccountWeb['hosts'][0]>) => {
    const all = { servername: 'bob.example', aliases: names.slice(1), documentRoot, certificate };
    const web: AccountWeb = {
      username: 'bob',
      home: '/home/bob',
      addresses: { ipv4: null, ipv6: null },
      isSuspended: false,
      isOverLimit: false,
      hasCgi: false,
      hosts: [{ ...all, ...host }],
    };
    const step = apache.apache.change('bob', web);
    await step.apply(apache.machine, await step.prepare(apache.machine));
  };
  const visit = async (host: string, path: string, method = 'GET') => {
    const { status, body, headers } = await apache.get(host, path, method);
    return typeof headers.location === 'string'
      ? `${status} ${headers.location}`
      : `${status} ${body.trim()}`;
  };
  const at = (name: string) => `301 https://${name}:${apache.ports.https}`;

  it('keep the name, the path and the query, and leave other names and challenges alone', async () => {
    await serve({ httpsRedirects: ['bob.example', 'www.bob.example'] });
    expect(await visit('bob.example', '/')).toBe(`${at('bob.example')}/`);
    expect(await visit(`WWW.Bob.Example.:${apache.ports.http}`, '/a/b.php?x=1&y=%20')).toBe(
      `${at('WWW.Bob.Example')}/a/b.php?x=1&y=%20`,
    );
    expect(await visit('mail.bob.example', '/')).toBe('200 of bob');
    expect(await visit('bob.example', '/.well-known/acme-challenge/token')).toBe('200 proof');
    expect(await visit('bob.example', '/x', 'POST')).toBe(`${at('bob.example')}/x`);
  });

  it.each([
    '/a%20b',
    '/a%3Fb?c',
    '/%E2%82%AC',
    '/a%2Bb+c',
    '/100%25',
    '/?a=%0d%0aSet-Cookie:x',
    '//evil.example/',
  ])('keep the URL %s as it was sent', async (path) => {
    await serve({ httpsRedirects: names });
    expect(await visit('bob.example', path)).toBe(`${at('bob.example')}${path}`);
  });

  it('never lead to a name that a visitor makes up', async () => {
    await serve({ httpsRedirects: names });
    const request = (text: string) =>
      new Promise<string>((done, fail) => {
        let answer = '';
        const socket = connect(apache.ports.http, '127.0.0.1', () => socket.end(text));
        socket.on('data', (data: Buffer) => (answer += data.toString()));
        socket.on('close', () => done(answer)).on('error', fail);
      });
    const heads = [
      'GET http://bob.example/a HTTP/1.1\r\nHost: evil.example',
      'GET / HTTP/1.1\r\nHost: bob.example@evil.example',
      'GET / HTTP/1.1\r\nHost: bob.example.evil.example',
      'GET / HTTP/1.1\r\nHost: bob.example /x HTTP/',
    ];
    for (const head of heads) {
      const answer = await request(`${head}\r\nConnection: close\r\n\r\n`);
      const [, location = ''] = /^Location: (.*)\r$/m.exec(answer) ?? [];
      expect([head, location]).toEqual([head, expect.stringMatching(/^(?:https:\/\/bob\.example:.*)?$/)]);
    }
  });

  it('come before the rules and passwords of .htaccess, which apply over HTTPS', async () => {
    apache.write(
      `${documentRoot}/.htaccess`,
      'AuthType Basic\nAuthName x\nAuthUserFile /none\nRequire valid-user\nRewriteEngine On\nRewriteRule . /other [R]\n',
    );
    await serve({ httpsRedirects: names });
    expect(await visit('bob.example', '/')).toBe(`${at('bob.example')}/`);
    apache.write(`${documentRoot}/.htaccess`, '');
  });

  it('lead curl to the same page over HTTPS', async () => {
    await serve({ httpsRedirects: names });
    apache.write(`${documentRoot}/a b.html`, 'page a b');
    const { http, https } = apache.ports;
    const resolved = [http, https].flatMap((port) => ['--resolve', `bob.example:${port}:127.0.0.1`]);
    const words = ['-sS', '--insecure', '--location', '--write-out', ' %{num_redirects} %{url_effective}'];
    const url = `http://bob.example:${http}/a%20b.html?x=1`;
    const { stdout } = spawnSync('curl', [...words, ...resolved, url], { encoding: 'utf8' });
    expect(stdout).toBe(`page a b 1 https://bob.example:${https}/a%20b.html?x=1`);
  });

  it('end with the certificate, and with the choice', async () => {
    await serve({ httpsRedirects: names });
    expect(await visit('bob.example', '/')).toMatch(/^301 /);
    await serve({});
    expect(await visit('bob.example', '/')).toBe('200 of bob');
    const { username, ...rest } = { username: 'bob', servername: 'bob.example', aliases: [], documentRoot };
    const step = apache.apache.change(username, {
      ...{ username, home: '/home/bob', addresses: { ipv4: null, ipv6: null } },
      ...{
        isSuspended: false,
        isOverLimit: false,
        hasCgi: false,
        hosts: [{ ...rest, httpsRedirects: names }],
      },
    });
    await step.apply(apache.machine, await step.prepare(apache.machine));
    expect(await visit('bob.example', '/')).toBe('200 of bob');
  });

  it('work for hundreds of names and for a wildcard', async () => {
    const many = Array.from({ length: 300 }, (_, n) => `parked-${n}.example`);
    await serve({ aliases: [...many, '*.shop.example'], httpsRedirects: [...many, '*.shop.example'] });
    expect(await visit('parked-0.example', '/')).toBe(`${at('parked-0.example')}/`);
    expect(await visit('parked-150.example', '/x')).toBe(`${at('parked-150.example')}/x`);
    expect(await visit('parked-299.example', '/')).toBe(`${at('parked-299.example')}/`);
    expect(await visit('red.shop.example', '/')).toBe(`${at('red.shop.example')}/`);
    expect(await visit('a.red.shop.example', '/')).toBe('200 of bob');
    expect(await visit('bob.example', '/')).toBe('200 of bob');
  });
});
