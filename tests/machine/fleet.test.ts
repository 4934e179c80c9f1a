// Two servers of one fleet: they share a PostgreSQL store, and each nameserver copies the zones of the other.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresServer } from '../postgres/postgres-server.ts';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { installedRoot } from './prepared-roots.ts';
import { until } from './until.ts';

interface Server {
  readonly name: string;
  readonly address: string;
  /** Another of its addresses, in no network of the other machine. */
  readonly outside: string;
  readonly machine: Machine;
}

describeOnMachine('two servers that share a store', () => {
  let folder: string;
  let postgres: PostgresServer | undefined;
  let web1: Server;
  let web2: Server;
  const machines: Machine[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'whmapi1-fleet-'));
    for (let number = 1; number <= 2; number++) machines.push(await bootMachine(await installedRoot()));
    const servers = machines.map((machine, at) => ({
      ...{ machine, name: `web${at + 1}`, address: `192.0.2.${at + 1}`, outside: `203.0.113.${at + 1}` },
    }));
    [web1, web2] = servers as [Server, Server];
    // A cable between the two machines, instead of their unconnected ones.
    for (const { machine } of servers) machine.sh('ip link del eth0');
    const cable = [
      'link',
      'add',
      'eth0',
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      String(web2.machine.pid),
    ];
    execFileSync('nsenter', [`--net=/proc/${web1.machine.pid}/ns/net`, 'ip', ...cable]);
    for (const server of servers) {
      const { machine, name, address, outside } = server;
      const network = `Address=${address}/24\nGateway=${other(server).address}\n`;
      writeFileSync(
        machine.path('/etc/systemd/network/10-eth0.network'),
        `[Match]\nName=eth0\n[Network]\n${network}`,
      );
      machine.sh(`hostname ${name}; echo ${name} >/etc/hostname
        ip address add ${outside}/32 dev lo; systemctl start systemd-networkd`);
    }
    // Neither has it before the other end is up.
    for (const { machine, address } of servers) {
      await until(() => machine.sh('ip -j -4 address show dev eth0').includes(`"${address}"`));
    }

    // It is reached like another machine: by its address, with TLS and a verified certificate.
    postgres = await PostgresServer.startElsewhere({ pid: web1.machine.pid, address: web1.address });
    await postgres.query('postgres', 'CREATE DATABASE whmapi1');
    const certificate = await encrypt(postgres, web1.address);

    for (const { machine } of servers) {
      // Not the store and the key of the root that both are copies of.
      machine.sh('systemctl stop whmapi1d; rm -f /var/lib/whmapi1/store.db* /var/lib/whmapi1/secret.key');
      writeFileSync(machine.path('/var/lib/whmapi1/postgres.pem'), certificate, { mode: 0o600 });
      const url = `${postgres.url('whmapi1')}?sslrootcert=/var/lib/whmapi1/postgres.pem`;
      writeFileSync(machine.path('/var/lib/whmapi1/store.url'), `${url}\n`, { mode: 0o600 });
    }
    web1.machine.sh('systemctl start whmapi1d');
  });
  afterAll(async () => {
    await postgres?.stop();
    for (const machine of machines) await machine.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const other = (server: Server) => (server === web1 ? web2 : web1);

  /** With TLS. @returns its certificate. */
  async function encrypt(server: PostgresServer, address: string): Promise<string> {
    const [key, certificate] = ['key', 'certificate'].map((name) => join(folder, name)) as [string, string];
    const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const names = ['-subj', '/CN=test', '-addext', `subjectAltName=IP:${address}`];
    execFileSync('openssl', [...words, ...names, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    server.write('data/server.key', readFileSync(key, 'utf8'));
    const text = readFileSync(certificate, 'utf8');
    server.write('data/server.crt', text);
    await server.query('postgres', 'ALTER SYSTEM SET ssl = on');
    await server.restrict(`hostssl all all ${address}/24 trust\nhost all all all reject`);
    await server.restart();
    return text;
  }

  function call({ machine, name }: Server, command: string, ...words: string[]): Data {
    const { stdout, stderr } = machine.run('whmapi1', ['--output=json', '--wait', command, ...words]);
    const { metadata, data } = JSON.parse(stdout) as { metadata: object; data?: Data };
    expect({ name, command, stderr, ...metadata }).toMatchObject({ result: 1 });
    return data ?? {};
  }

  /** A client on the Internet, which only gets responses from a server with authority for the zone. */
  function dig(server: Server, ...words: string[]): string {
    const { machine, outside } = other(server);
    const options = ['+time=10', '+tries=2', '-b', outside, `@${server.address}`];
    const { stdout } = machine.run('dig', [...options, ...words]);
    const [, status = 'no answer'] = /status: (\w+)/.exec(stdout) ?? [];
    const answers = stdout
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith(';'))
      .map((line) => line.split(/\s+/).slice(4).join(' '));
    return status === 'NOERROR' ? answers.join('\n') : status;
  }
  const log = ({ machine }: Server) => machine.sh('journalctl --no-pager -q -o cat -u named');

  describe('in this order', () => {
    it('each activates its profile, and finds the other', async () => {
      call(web1, 'start_profile_activation', 'code=DNSNODE');
      // The key that encrypts the keys of transfers.
      copyFileSync(
        web1.machine.path('/var/lib/whmapi1/secret.key'),
        web2.machine.path('/var/lib/whmapi1/secret.key'),
      );
      web2.machine.sh('systemctl start whmapi1d');
      call(web2, 'start_profile_activation', 'code=DNSNODE');
      const listed = ({ machine }: Server) =>
        (JSON.parse(machine.sh('whmapi1 --secondaries --output=json')) as { secondaries: unknown[] })
          .secondaries;
      expect(listed(web1)).toMatchObject([{ address: web2.address, port: 53, server: 'web2' }]);
      expect(listed(web2)).toMatchObject([{ address: web1.address, port: 53, server: 'web1' }]);
    });

    it('accounts and zones of the first are served by the second, which copies them with a key', async () => {
      call(web1, 'createacct', 'username=bob', 'domain=bob.example');
      call(web1, 'adddns', 'domain=zone.example', 'ip=192.0.2.70');
      await until(() => dig(web1, 'bob.example', 'A') !== 'REFUSED');
      expect([dig(web1, 'bob.example', 'A'), dig(web1, 'zone.example', 'A')]).toEqual([
        web1.address,
        '192.0.2.70',
      ]);
      await until(() => dig(web2, 'bob.example', 'A') === web1.address);
      await until(() => dig(web2, 'zone.example', 'A') === '192.0.2.70');
      expect(dig(web2, 'bob.example', 'SOA')).toBe(dig(web1, 'bob.example', 'SOA'));
      const transfer = /transfer of 'bob\.example\/IN' from 192\.0\.2\.1#53: connected using \S+ TSIG web1-/;
      await until(() => transfer.test(log(web2)));
      for (const server of [web1, web2]) {
        const { machine, outside } = other(server);
        const stranger = ['-b', outside, `@${server.address}`, '+time=10', '+tries=2'];
        const { stdout } = machine.run('dig', [...stranger, 'bob.example', 'AXFR']);
        expect(stdout).toContain('; Transfer failed.');
      }
    });

    it('a changed record arrives at the second, because the first notifies it', async () => {
      call(web1, 'addzonerecord', 'domain=bob.example', 'name=shop', 'type=A', 'address=192.0.2.80');
      await until(() => dig(web2, 'shop.bob.example', 'A') === '192.0.2.80');
      expect(dig(web2, 'bob.example', 'SOA')).toBe(dig(web1, 'bob.example', 'SOA'));
      await until(() => /zone bob\.example\/IN: notify from 192\.0\.2\.1#\d+: serial \d+/.test(log(web2)));
    });

    it('a signed zone is also signed on the second, and its changes arrive', async () => {
      const signed = (server: Server, name: string) => {
        const [address, ...signatures] = dig(server, name, 'A', '+dnssec').split('\n');
        return signatures.length === 1 && /^A 13 \d /.test(signatures[0] ?? '') ? address : undefined;
      };
      call(web1, 'enable_dnssec_for_domains', 'domain=bob.example', 'algo_num=13');
      await until(() => signed(web2, 'bob.example') === web1.address);
      call(web1, 'addzonerecord', 'domain=bob.example', 'name=signed', 'type=A', 'address=192.0.2.81');
      await until(() => signed(web2, 'signed.bob.example') === '192.0.2.81');
    });

    it('a removed account and a removed zone are rejected by both', async () => {
      call(web1, 'killdns', 'domain=zone.example');
      call(web1, 'removeacct', 'username=bob');
      for (const domain of ['bob.example', 'zone.example']) {
        expect(dig(web1, domain, 'A')).toBe('REFUSED');
        await until(() => dig(web2, domain, 'A') === 'REFUSED');
      }
    });

    it('accounts of the second are served by the first', async () => {
      call(web2, 'createacct', 'username=ann', 'domain=ann.example');
      await until(() => dig(web1, 'ann.example', 'A') === web2.address);
    });
  });
});

type Data = Readonly<Record<string, unknown>>;
