// AutoSSL on a fresh Debian with Apache and BIND: certificates from pebble, Let’s Encrypt’s own test issuer, which asks
// this BIND for names and this Apache for challenges.
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { hostingRoot } from './prepared-roots.ts';
import { until } from './until.ts';

interface Envelope {
  readonly metadata: { readonly result: number; readonly reason: string };
  readonly data?: Readonly<Record<string, unknown>>;
}

const PASSWORD = 'correct horse battery staple 7';
const ADDRESS = '192.0.2.10';
const DIRECTORY = 'https://localhost:14000/dir';
const environment = {
  WHMAPI1_ACME_DIRECTORY: DIRECTORY,
  WHMAPI1_OUTBOUND_CERTIFICATES: '/etc/pebble/server.pem',
  WHMAPI1_RESOLVERS: '127.0.0.1',
};

describeOnMachine('AutoSSL, in this order', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await hostingRoot());
    machine.sh(`ip link set eth0 up && ip address add ${ADDRESS}/24 dev eth0`);
    machine.install('pebble');
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    machine.sh(`mkdir -m 0755 /etc/pebble
      cd /etc/pebble
      openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost \\
        -keyout server.key -out server.pem 2>&1
      cat >pebble.json <<'END'
      {"pebble":{"listenAddress":"127.0.0.1:14000","managementListenAddress":"127.0.0.1:15000",
        "certificate":"/etc/pebble/server.pem","privateKey":"/etc/pebble/server.key","httpPort":80,"tlsPort":443,
        "certificateValidityPeriod":7776000}}
END
      systemd-run --quiet --unit=pebble --setenv=PEBBLE_VA_NOSLEEP=1 \\
        /usr/bin/pebble -config /etc/pebble/pebble.json -dnsserver 127.0.0.1:53
      printf '%s\\n' ${variables.join(' ')} >>/etc/default/whmapi1`);
    machine.sh('systemctl restart whmapi1d');
    // The nameserver of the new zones is this server.
    works('set_tweaksetting', 'module=Basic', 'key=NS', 'value=ns1.host.test');
    works('adddns', 'domain=host.test', `ip=${ADDRESS}`);
    await until(
      () => machine.run('curl', ['-sf', '--cacert', '/etc/pebble/server.pem', DIRECTORY]).status === 0,
    );
  });
  afterAll(() => machine.stop());

  function call(name: string, ...words: string[]): Envelope {
    const { stdout } = machine.run('whmapi1', ['--output=json', name, ...words], { env: environment });
    return JSON.parse(stdout) as Envelope;
  }
  const works = (name: string, ...words: string[]) => {
    const { metadata, data } = call(name, ...words);
    expect([name, metadata.result, metadata.result === 1 ? '' : metadata.reason]).toEqual([name, 1, '']);
    return data;
  };
  /** The page at a URL, if its certificate is valid. */
  const visit = (host: string) =>
    machine.run('curl', [
      ...['-sS', '--max-time', '20', '--cacert', '/etc/pebble/root.pem'],
      ...['--resolve', `${host}:443:${ADDRESS}`, `https://${host}/`],
    ]);
  interface Run {
    readonly start_time: string;
    readonly username: string;
    readonly in_progress: number;
  }
  /** Waits for an account’s check, the given one counted from 1. @returns its log. */
  async function checked(username: string, number = 1): Promise<string> {
    const runs = () =>
      (works('get_autossl_logs_catalog') as { payload: readonly Run[] }).payload
        .filter((run) => run.username === username)
        .reverse();
    await until(() => runs()[number - 1]?.in_progress === 0);
    const { payload } = works('get_autossl_log', `start_time=${runs()[number - 1]?.start_time}`) as {
      payload: readonly { readonly type: string; readonly contents: string }[];
    };
    return payload.map(({ type, contents }) => `${type} ${contents}`).join('\n');
  }

  /** Service subdomains lead to the ports of whmapi1d, which shows the certificate of the site there. */
  const atService = (host: string, port: number) =>
    machine.run('curl', [
      ...['-sSL', '--max-time', '20', '--cacert', '/etc/pebble/root.pem', '-o', '/dev/null'],
      ...['-w', '%{response_code} %{url_effective}', `http://${host}/`],
      ...['--resolve', `${host}:80:${ADDRESS}`, '--resolve', `${host}:${port}:127.0.0.1`],
    ]);
  const found = (host: string, port: number) => ({
    ...{ status: 0, stdout: `200 https://${host}:${port}/`, stderr: '' },
  });

  it('registers this server with the issuer', () => {
    const { payload } = works('get_autossl_providers') as { payload: [{ x_terms_of_service: string }] };
    // The command line decodes percent signs.
    const terms = payload[0].x_terms_of_service.replaceAll('%', '%25');
    works('set_autossl_provider', 'provider=LetsEncrypt', `x_terms_of_service_accepted=${terms}`);
    machine.sh('curl -sSk https://localhost:15000/roots/0 >/etc/pebble/root.pem');
  });

  it('gets certificates for a new account by itself, and curl accepts them', async () => {
    works('createacct', 'username=bob', 'domain=bob.test', `password=${PASSWORD}`);
    machine.sh("runuser -u bob -- sh -c 'echo the page of bob >~bob/public_html/index.html'");
    // Until now, the certificate is self-signed.
    const installed =
      'success A certificate for bob.test, cpanel.bob.test, mail.bob.test, webmail.bob.test, www.bob.test was installed.';
    expect(await checked('bob')).toContain(installed);
    for (const host of ['bob.test', 'www.bob.test']) {
      expect(visit(host)).toEqual({ status: 0, stdout: 'the page of bob\n', stderr: '' });
    }
    for (const [label, port] of [
      ['cpanel', 2083],
      ['webmail', 2096],
    ] as const)
      expect(atService(`${label}.bob.test`, port)).toEqual(found(`${label}.bob.test`, port));
  });

  it('gets a certificate for whm. too, once the account is a reseller', async () => {
    works('setupreseller', 'user=bob');
    await until(() => atService('whm.bob.test', 2087).stdout.startsWith('200 '));
    expect(atService('whm.bob.test', 2087)).toEqual(found('whm.bob.test', 2087));
  });

  it('validates by DNS a name that points to another server', async () => {
    works('createacct', 'username=ann', 'domain=ann.test', `password=${PASSWORD}`);
    await checked('ann');
    works('disable_autossl');
    works('modifyacct', 'user=ann', 'DNS=anna.test');
    // Like a site behind a service that filters visitors.
    interface Row {
      readonly Line: number;
      readonly name: string;
      readonly type: string;
    }
    const { zone } = works('dumpzone', 'domain=anna.test') as { zone: [{ record: readonly Row[] }] };
    const own = zone[0].record.find(({ name, type }) => name === 'anna.test.' && type === 'A');
    works('editzonerecord', 'domain=anna.test', `line=${own?.Line}`, 'type=A', 'address=198.51.100.7');
    works('set_autossl_provider', 'provider=LetsEncrypt');
    works('start_autossl_check_for_one_user', 'username=ann');
    expect(await checked('ann', 2)).toMatch(/success A certificate for anna.test.* was installed/);
    expect(visit('anna.test').status).toBe(0);
    // The records are gone again.
    expect(machine.sh('dig @127.0.0.1 +short _acme-challenge.anna.test TXT')).toBe('');
  });

  it('serves the former certificate until the next one, and the site is never without', () => {
    expect(visit('bob.test').status).toBe(0);
    works('suspendacct', 'user=bob');
    expect(visit('bob.test').stdout).toContain('suspended');
    works('unsuspendacct', 'user=bob');
    expect(visit('bob.test').status).toBe(0);
  });
});
