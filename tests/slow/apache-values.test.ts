// What Apache itself reads in the configuration of an account with hostile values.
import fc from 'fast-check';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AccountWeb } from '../../src/capabilities/web/driver/virtual-hosts/contract.ts';
import { domainLogs } from '../../src/ground/driver/virtual-hosts/places.ts';
import { isWildcard, plainName } from '../../src/core/wildcards.ts';
import {
  renderAccount,
  renderWildcard,
} from '../../src/capabilities/web/driver/virtual-hosts/apache/render-account.ts';
import {
  DEFAULT_CERTIFICATE,
  DEFAULT_KEY,
} from '../../src/capabilities/web/driver/virtual-hosts/default-certificate.ts';
import { cgi, hostile, places, web } from '../support/apache-values.ts';
import { PrivateApache } from '../support/private-apache.ts';
import { describeWith } from '../support/require-tool.ts';

describeWith(['apache2', 'openssl'], 'Apache', () => {
  let apache: PrivateApache;
  let pem: string;
  beforeAll(async () => {
    apache = await PrivateApache.start();
    pem = apache.text(DEFAULT_KEY) + apache.text(DEFAULT_CERTIFICATE);
  });
  afterAll(() => apache.close());

  const accountFile = (name: string) => `/etc/apache2/whmapi1/accounts/${name}.conf`;
  /** On the shared addresses, where Apache lists all names. */
  const shared = (account: AccountWeb): AccountWeb => ({
    ...account,
    addresses: { ipv4: null, ipv6: null },
  });

  /** Writes the files of an account, with the files that they name. @throws TypeError for a malformed value. */
  function write(account: AccountWeb, name: string): void {
    const locate = (path: string) => apache.path(path);
    const text = renderAccount(account, locate, apache.ports);
    const wildcards = account.hosts
      .filter(({ servername }) => isWildcard(servername))
      .map((host) => renderWildcard(account, host, locate, apache.ports))
      .join('');
    mkdirSync(apache.path(domainLogs(account.username)), { recursive: true });
    for (const { certificate } of account.hosts) {
      if (certificate === undefined) continue;
      mkdirSync(dirname(apache.path(certificate.path)), { recursive: true });
      apache.write(certificate.path, pem);
    }
    apache.write(accountFile(name), text + wildcards);
  }

  /** The virtual hosts and their aliases, as Apache reads them: `8080 bob.example`, `alias www.bob.example`. */
  function dump(): string[] {
    const { status, stdout, stderr } = apache.run('-t', '-D', 'DUMP_VHOSTS');
    if (status !== 0) throw new Error(stderr);
    const lines = [...stdout.matchAll(/^ +(?:port (\d+) namevhost|(?:wild )?(alias)) (\S+)/gm)];
    return lines.map(([, port, alias, name]) => `${port ?? alias} ${name}`).sort();
  }
  const expected = (...accounts: readonly AccountWeb[]) =>
    Object.values(apache.ports)
      .flatMap((port) => [
        `${port} configuration.invalid`,
        'alias web1.example.com',
        ...accounts
          .flatMap(({ hosts }) => hosts)
          .flatMap(({ servername, aliases, services = [] }) => [
            `${port} ${plainName(servername)}`,
            ...[
              ...(isWildcard(servername) ? [servername] : []),
              ...aliases,
              ...services.map(({ name }) => name),
            ].map((alias) => `alias ${alias}`),
          ]),
      ])
      .sort();

  it.each(Object.keys(places).filter((place) => !place.includes('address')))(
    'reads a hostile value as %s, if it is not rejected, as this value and nothing else',
    (place) => {
      const other = shared({
        ...web,
        username: 'other',
        home: '/home/other',
        hosts: [
          {
            servername: 'other.example',
            aliases: ['www.other.example'],
            documentRoot: '/home/other/public_html',
            certificate: { path: '/etc/ssl/other.pem', id: 'a' },
          },
        ],
      });
      write(other, 'other');
      fc.assert(
        fc.property(hostile, (value) => {
          const account = shared(places[place]?.(value) ?? cgi('ea-php84'));
          try {
            write(account, 'hostile');
          } catch (error) {
            // The path of a file can be too long, or be that of a directory.
            const { code } = error as NodeJS.ErrnoException;
            if (!(error instanceof TypeError) && code === undefined) throw error;
            return;
          }
          expect(dump()).toEqual(expected(other, account));
        }),
        { numRuns: 150 },
      );
    },
  );

  it('tells domains apart that begin or end with each other', () => {
    const domain = fc
      .array(fc.constantFrom('a', 'aa', 'example', 'com', 'com-au', 'xn--p1ai'), {
        minLength: 2,
        maxLength: 4,
      })
      .map((labels) => labels.join('.'));
    fc.assert(
      fc.property(fc.uniqueArray(domain, { minLength: 2, maxLength: 6 }), (domains) => {
        const account = shared({
          ...web,
          hosts: domains.map((servername) => ({
            servername,
            aliases: [],
            documentRoot: '/home/bob/public_html',
            certificate: { path: '/etc/ssl/whmapi1/sites/all.pem', id: 'a' },
          })),
        });
        write(account, 'hostile');
        apache.write(accountFile('other'), '');
        expect(dump()).toEqual(expected(account));
      }),
      { numRuns: 100 },
    );
  });
});
