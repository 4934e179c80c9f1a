// The configuration of an account: hostile values must not add directives.
import fc from 'fast-check';
import type { AccountWeb, WebHost } from '../../../src/drivers/virtual-hosts/contract.ts';
import { renderAccount } from '../../../src/drivers/virtual-hosts/apache/render-account.ts';

const host: WebHost = {
  servername: 'bob.example',
  aliases: ['www.bob.example', 'mail.bob.example'],
  documentRoot: '/home/bob/public_html',
  php: { runs: 'fpm', version: 'ea-php84', socket: '/run/php/whmapi1/bob.example.sock' },
  certificate: { path: '/etc/ssl/whmapi1/sites/bob.example-1.pem', id: 'abc123' },
};
const web: AccountWeb = {
  username: 'bob',
  home: '/home/bob',
  addresses: { ipv4: '192.0.2.7', ipv6: '2001:db8::7' },
  isSuspended: false,
  isOverLimit: false,
  hasCgi: true,
  hosts: [host],
};
const render = (account: AccountWeb) => renderAccount(account, (path) => path, { http: 80, https: 443 });
const ofHost = (change: Partial<WebHost>): AccountWeb => ({ ...web, hosts: [{ ...host, ...change }] });
const php = (socket: string) => ofHost({ php: { runs: 'fpm', version: 'ea-php84', socket } });
const cgi = (binary: string, version = 'ea-php84') => ofHost({ php: { runs: 'cgi', version, binary } });

/** Each place of the configuration into which a value gets. */
const places: Readonly<Record<string, (value: string) => AccountWeb>> = {
  username: (username) => ({ ...web, username }),
  home: (home) => ({ ...web, home, hosts: [{ ...host, documentRoot: `${home}/public_html` }] }),
  'a part of the home': (part) => {
    const home = `/home/${part}`;
    return { ...web, home, hosts: [{ ...host, documentRoot: `${home}/public_html` }] };
  },
  'the IPv4 address': (ipv4) => ({ ...web, addresses: { ipv4, ipv6: null } }),
  'the IPv6 address': (ipv6) => ({ ...web, addresses: { ipv4: null, ipv6 } }),
  servername: (servername) => ofHost({ servername }),
  'a label of the servername': (label) => ofHost({ servername: `${label}.example` }),
  'an alias': (alias) => ofHost({ aliases: [alias, 'www.bob.example'] }),
  'the document root': (folder) => ofHost({ documentRoot: `/home/bob/${folder}` }),
  'the socket': (name) => php(`/run/php/whmapi1/${name}`),
  'the program of PHP': (name) => cgi(`/usr/bin/${name}`),
  'the version of PHP': (version) => cgi('/usr/bin/php-cgi8.4', version),
  'the path of the certificate': (name) => ofHost({ certificate: { path: `/etc/ssl/${name}`, id: 'abc' } }),
  'the ID of the certificate': (id) => ofHost({ certificate: { path: '/etc/ssl/a.pem', id } }),
};

/** The first word of each line that is no comment: the directives and sections. */
const directives = (text: string) =>
  text
    .split(/\r|\n/)
    .map((line) => line.trim().split(/[\s>]/)[0])
    .filter((word) => word !== undefined && word !== '' && !word.startsWith('#'));

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        ...[
          '\n',
          '\r',
          '\0',
          '\\',
          '"',
          "'",
          '<',
          '>',
          '%{',
          '}',
          '${HOME}',
          '#',
          ' ',
          '\t',
          '|',
          '/',
          '..',
          '*',
          '?',
        ],
        ...[
          'Include /etc/shadow',
          '</VirtualHost>',
          '[',
          ']',
          'a',
          'bob',
          '.',
          ':',
          'SetHandler server-status',
        ],
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
);

describe.each(Object.keys(places))('a hostile value as %s', (place) => {
  it('is rejected, or adds no directive, variable or expression', () => {
    const isPhp = /program|version/.test(place);
    const expected = directives(render(isPhp ? cgi('/usr/bin/php-cgi8.4') : web));
    fc.assert(
      fc.property(hostile, (value) => {
        let text: string;
        try {
          text = render(places[place]?.(value) ?? web);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          return;
        }
        expect(directives(text)).toEqual(expected);
        expect(text.replaceAll('${WHMAPI1_ACCESS_FILES}', '')).not.toMatch(
          /\$\{|%\{|\\\n|[^\t\n\x20-\x7e“”]/,
        );
      }),
      { numRuns: 300 },
    );
  });
});

it.each([
  ['/home/bob/../alice', 'Invalid path'],
  ['/home/alice/public_html', 'below the home'],
  ['/home/bobby/public_html', 'below the home'],
  ['/home/bob', 'below the home'],
])('the document root %s is rejected', (documentRoot, reason) => {
  expect(() => render(ofHost({ documentRoot }))).toThrow(reason);
});

it('writes a long list of names on several lines, because Apache limits their length', () => {
  const aliases = Array.from({ length: 100 }, (_, at) => `${'a'.repeat(60)}${at}.${'b'.repeat(60)}.example`);
  const text = render(ofHost({ aliases }));
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(8000);
  for (const alias of aliases) expect(text).toContain(` ${alias}`);
});
