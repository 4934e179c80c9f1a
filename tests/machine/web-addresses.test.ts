// The addresses at which websites answer, on a fresh Debian with Apache and BIND: shared ones, dedicated ones, and IPv6.
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { hostingRoot } from './prepared-roots.ts';
import { waitUntilServed } from './served.ts';

interface Envelope {
  readonly metadata: { readonly result: number; readonly reason: string };
  readonly data?: Readonly<Record<string, unknown>>;
}

const PASSWORD = 'correct horse battery staple 7';
/** The shared addresses of the server. */
const SHARED = '192.0.2.10';
const SHARED_IPV6 = '2001:db8::10';
const DEDICATED = '192.0.2.20';
const OTHER_DEDICATED = '192.0.2.21';
const RANGE = '2001:db8:1::/64';
const FIRST = '2001:db8:1::1:0';
const SECOND = '2001:db8:1::1:1';

describeOnMachine('the addresses of websites, in this order', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await hostingRoot());
    machine.sh(`ip link set eth0 up
      ip address add ${SHARED}/24 dev eth0
      ip route add default via 192.0.2.1
      ip address add ${SHARED_IPV6}/64 dev eth0 nodad
      ip -6 route add default via 2001:db8::1`);
    for (const username of ['ann', 'bob', 'carol']) {
      const domain = `${username}.example`;
      works('createacct', `username=${username}`, `domain=${domain}`, `password=${PASSWORD}`);
      waitUntilServed(machine, domain);
      machine.sh(
        `runuser -u ${username} -- sh -c 'echo the page of ${username} >~${username}/public_html/index.html'`,
      );
    }
  });
  afterAll(() => machine.stop());

  function call(name: string, ...words: string[]): Envelope {
    const { stdout } = machine.run('whmapi1', ['--output=json', name, ...words]);
    return JSON.parse(stdout) as Envelope;
  }
  const works = (name: string, ...words: string[]) => {
    const { metadata, data } = call(name, ...words);
    expect([name, metadata.result, metadata.result === 1 ? '' : metadata.reason]).toEqual([name, 1, '']);
    return data;
  };

  /** A new IPv6 address answers once Linux has found no other machine with it (duplicate address detection, RFC 4862). */
  function waitForAddresses(): void {
    machine.sh(
      `timeout 60 sh -c 'while ip -6 -oneline address show tentative | grep -q .; do sleep 0.1; done'`,
    );
  }
  /** The status and the body that a visitor of a URL gets at an address. The certificate may be any. */
  function visit(url: string, address: string): string {
    waitForAddresses();
    const { hostname, protocol } = new URL(url);
    const at = `${hostname}:${protocol === 'https:' ? 443 : 80}:${address.includes(':') ? `[${address}]` : address}`;
    const { status, stdout } = machine.run('curl', [
      ...['-sk', '--max-time', '20', '-w', '\n%{http_code}', '--resolve', at, url],
    ]);
    return status === 0 ? stdout.trim().replace('\n\n', '\n') : `curl: ${status}`;
  }
  /** The name in the certificate that Apache shows to a visitor of a domain at an address. */
  function certificateAt(address: string, domain: string): string {
    const connect = address.includes(':') ? `[${address}]:443` : `${address}:443`;
    return machine
      .sh(
        `openssl s_client -connect ${connect} -servername ${domain} </dev/null 2>/dev/null |
          openssl x509 -noout -subject -nameopt multiline | sed -n 's/^ *commonName *= //p'`,
      )
      .trim();
  }
  /** Over HTTP and HTTPS, at which the account's own certificate is expected. */
  function expectSite(username: string, address: string): void {
    const domain = `${username}.example`;
    const page = `the page of ${username}\n200`;
    expect([address, visit(`http://${domain}/`, address)]).toEqual([address, page]);
    expect([address, visit(`http://www.${domain}/`, address)]).toEqual([address, page]);
    expect([address, visit(`https://${domain}/`, address)]).toEqual([address, page]);
    expect([address, certificateAt(address, domain)]).toEqual([address, domain]);
  }
  /** Over HTTP and HTTPS, which shows the certificate of no account. */
  function expectNoSite(username: string, address: string): void {
    const domain = `${username}.example`;
    const nothing = 'There is no website at this address yet. A new website appears within a minute.\n404';
    expect([address, visit(`http://${domain}/`, address)]).toEqual([address, nothing]);
    expect([address, visit(`https://${domain}/`, address)]).toEqual([address, nothing]);
    expect([address, certificateAt(address, domain)]).not.toEqual([
      address,
      expect.stringContaining('.example'),
    ]);
  }
  const records = (name: string, type: string) =>
    machine.sh(`dig @127.0.0.1 +short ${name} ${type}`).trim().split('\n');
  const addressOf = (username: string) => {
    const { acct } = works('accountsummary', `user=${username}`) as { acct: [{ ip: string }] };
    return acct[0].ip;
  };

  it('are the shared ones at first, also that of IPv6', () => {
    for (const username of ['ann', 'bob', 'carol']) {
      for (const address of [SHARED, SHARED_IPV6]) expectSite(username, address);
    }
  });

  describe('an IPv6 address of a range', () => {
    it('serves the site of its account, over HTTP and HTTPS', () => {
      works('ipv6_range_add', 'name=hosting', `range=${RANGE}`);
      works('ipv6_enable_account', 'user=bob,carol', 'range=hosting');
      expect(records('bob.example', 'AAAA')).toEqual([FIRST]);
      expectSite('bob', FIRST);
      expectSite('carol', SECOND);
      // The shared addresses serve it as before.
      for (const username of ['ann', 'bob', 'carol']) {
        for (const address of [SHARED, SHARED_IPV6]) expectSite(username, address);
      }
    });

    it('serves no other site, also not one that has no IPv6 address', () => {
      for (const other of ['ann', 'carol']) {
        for (const protocol of ['http', 'https']) {
          // As for every other name, the answer is that of the account that has the address.
          expect(visit(`${protocol}://${other}.example/`, FIRST)).toBe('the page of bob\n200');
        }
        expect(certificateAt(FIRST, `${other}.example`)).toBe('bob.example');
      }
    });

    it('follows another name and domain of the account, its suspension, and a reboot of Apache', () => {
      works('modifyacct', 'user=bob', 'newuser=robert', 'DNS=bob.test');
      expect(visit('http://bob.test/', FIRST)).toBe('the page of bob\n200');
      works('modifyacct', 'user=robert', 'newuser=bob', 'DNS=bob.example');
      works('suspendacct', 'user=bob');
      expect(visit('https://bob.example/', FIRST)).toMatch(/Account suspended[^]*503$/);
      works('unsuspendacct', 'user=bob');
      machine.sh('systemctl restart apache2');
      expectSite('bob', FIRST);
    });

    it('is gone once it is taken from the account, and another account gets it last', () => {
      works('ipv6_disable_account', 'user=bob');
      expect(records('bob.example', 'AAAA')).toEqual(['']);
      expect(machine.sh('ip -6 address show dev eth0')).not.toContain(FIRST);
      expect(visit('http://bob.example/', FIRST)).toMatch(/^curl: /);
      expectSite('bob', SHARED);
      expectSite('carol', SECOND);
      works('ipv6_enable_account', 'user=ann', 'range=hosting');
      expectSite('ann', '2001:db8:1::1:2');
    });
  });

  describe('a dedicated IPv4 address', () => {
    it('serves the site of its account, and the former address no longer does', () => {
      works('addips', `ips=${DEDICATED},${OTHER_DEDICATED}`, 'netmask=255.255.255.0');
      works('setsiteip', 'user=bob', `ip=${DEDICATED}`);
      expect(addressOf('bob')).toBe(DEDICATED);
      expect(records('bob.example', 'A')).toEqual([DEDICATED]);
      expectSite('bob', DEDICATED);
      for (const address of [SHARED, SHARED_IPV6, OTHER_DEDICATED]) expectNoSite('bob', address);
      for (const address of [SHARED, SHARED_IPV6, OTHER_DEDICATED]) expectSite('ann', address);
      // As for every other name, the answer is that of the account that has the address.
      expect(visit('http://ann.example/', DEDICATED)).toBe('the page of bob\n200');
      expect(visit(`http://${DEDICATED}/`, DEDICATED)).toBe('the page of bob\n200');
    });

    it('can be exchanged for another', () => {
      works('setsiteip', 'user=bob', `ip=${OTHER_DEDICATED}`);
      expectSite('bob', OTHER_DEDICATED);
      for (const address of [SHARED, DEDICATED]) expectNoSite('bob', address);
      expectSite('ann', DEDICATED);
    });

    it('also serves IPv6 visitors at the address that the account shares with the server', () => {
      works('ipv6_enable_account', 'user=bob', 'range=SHARED');
      expect(records('bob.example', 'AAAA')).toEqual([SHARED_IPV6]);
      expectSite('bob', SHARED_IPV6);
      expectSite('ann', SHARED_IPV6);
      expectSite('bob', OTHER_DEDICATED);
      expect(visit('http://ann.example/', OTHER_DEDICATED)).toBe('the page of bob\n200');
      works('ipv6_disable_account', 'user=bob');
      expectNoSite('bob', SHARED_IPV6);
      expectSite('bob', OTHER_DEDICATED);
    });

    it('is free again once the account is back at the shared address', () => {
      works('setsiteip', 'domain=bob.example', `ip=${SHARED}`);
      expect(addressOf('bob')).toBe(SHARED);
      expect(records('bob.example', 'A')).toEqual([SHARED]);
      for (const address of [SHARED, SHARED_IPV6]) expectSite('bob', address);
      for (const address of [DEDICATED, OTHER_DEDICATED]) {
        works('delip', `ip=${address}`);
        expect(visit('http://bob.example/', address)).toMatch(/^curl: /);
      }
    });
  });

  it('are all those that a removed account had', () => {
    works('removeacct', 'username=carol');
    expectNoSite('carol', SHARED);
    expect(machine.sh('ip -6 address show dev eth0')).not.toContain(SECOND);
    expect(visit('http://carol.example/', SECOND)).toMatch(/^curl: /);
    for (const address of [SHARED, SHARED_IPV6, '2001:db8:1::1:2']) expectSite('ann', address);
  });
});
