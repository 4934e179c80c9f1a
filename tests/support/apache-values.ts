// Values for each place of an account's configuration of Apache, to try hostile ones.
import fc from 'fast-check';
import type { AccountWeb, WebHost } from '../../src/capabilities/web/driver/virtual-hosts/contract.ts';

const host: WebHost = {
  servername: 'bob.example',
  aliases: ['www.bob.example', 'mail.bob.example'],
  services: [
    { name: 'cpanel.bob.example', port: 2083 },
    { name: 'whm.bob.example', port: 2087 },
  ],
  documentRoot: '/home/bob/public_html',
  php: { runs: 'fpm', version: 'ea-php84', socket: '/run/php/whmapi1/bob.example.sock' },
  certificate: { path: '/etc/ssl/whmapi1/sites/bob.example-1.pem', id: 'abc123' },
};
export const web: AccountWeb = {
  username: 'bob',
  home: '/home/bob',
  addresses: { ipv4: '192.0.2.7', ipv6: '2001:db8::7' },
  isSuspended: false,
  isOverLimit: false,
  hasCgi: true,
  hosts: [host],
};
export const ofHost = (change: Partial<WebHost>): AccountWeb => ({ ...web, hosts: [{ ...host, ...change }] });
const php = (socket: string) => ofHost({ php: { runs: 'fpm', version: 'ea-php84', socket } });
export const cgi = (version: string) =>
  ofHost({ php: { runs: 'cgi', version, binary: '/usr/bin/php-cgi8.4' } });

/** Each place of the configuration into which a value gets. */
export const places: Readonly<Record<string, (value: string) => AccountWeb>> = {
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
  'the parent of a wildcard subdomain': (name) =>
    ofHost({ servername: `*.${name}`, aliases: [], services: [] }),
  'a service subdomain': (name) =>
    ofHost({
      services: [
        { name, port: 2083 },
        { name: 'whm.bob.example', port: 2087 },
      ],
    }),
  'an alias': (alias) => ofHost({ aliases: [alias, 'www.bob.example'] }),
  'the document root': (folder) => ofHost({ documentRoot: `/home/bob/${folder}` }),
  'the socket': (name) => php(`/run/php/whmapi1/${name}`),
  'the version of PHP': (version) => cgi(version),
  'the path of the certificate': (name) => ofHost({ certificate: { path: `/etc/ssl/${name}`, id: 'abc' } }),
  'the ID of the certificate': (id) => ofHost({ certificate: { path: '/etc/ssl/a.pem', id } }),
};

/** What has a meaning in Apache's configuration, and any other text. */
export const hostile = fc.oneof(
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
