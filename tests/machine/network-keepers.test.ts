// Addresses are kept over a reboot, on machines whose network systemd-networkd configures, with and without netplan.
import { mkdirSync, readFileSync, existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import type { MachineAddress } from '../../src/core/machine-addresses.ts';
import { machineRoot } from './debian-root.ts';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { until } from './until.ts';

jest.setTimeout(900_000);

const SERVER = '/root/server.cjs';

/** One call for the machine’s addresses, made inside. */
function ask(machine: Machine, method: string, ...args: unknown[]): unknown {
  const { status, stdout, stderr } = machine.run('node', [SERVER], {
    input: `${JSON.stringify([1, 'addresses', method, args])}\n`,
  });
  expect([status, stderr]).toEqual([0, '']);
  const [, reply] = JSON.parse(stdout.split('\n')[1] ?? '') as [
    number,
    { value?: unknown; error?: { message: string } },
  ];
  if (reply.error !== undefined) throw new Error(reply.error.message);
  return reply.value;
}

function listed(machine: Machine): string[] {
  return (ask(machine, 'list') as MachineAddress[])
    .filter(({ scope }) => scope === 'global')
    .map(({ address, prefixLength, isMain, isAdded }) =>
      [`${address}/${prefixLength}`, ...(isMain ? ['main'] : []), ...(isAdded ? ['added'] : [])].join(' '),
    );
}

const added = [
  { address: '192.0.2.10', prefixLength: 32, interface: 'eth0' },
  { address: '198.51.100.10', prefixLength: 24, interface: 'eth0' },
  { address: '2001:db8:1::10', prefixLength: 128, interface: 'eth0' },
];
const after = [
  ...['192.0.2.2/24 main', '192.0.2.10/32 added', '198.51.100.10/24 added'],
  '2001:db8:1::10/128 added',
];
const isDeprecated = (machine: Machine) =>
  machine.sh('ip -6 address show dev eth0').includes('2001:db8:1::10/128 scope global deprecated');

/** `configure` writes the files with which systemd-networkd gives eth0 the address 192.0.2.2/24. */
async function start(packages: readonly string[], configure: (machine: Machine) => void): Promise<Machine> {
  const { outputFiles } = buildSync({
    entryPoints: [resolve(__dirname, '../machine-port/linux-server.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
  });
  const machine = await bootMachine(machineRoot());
  if (packages.length > 0) machine.install(...packages);
  writeFileSync(machine.path(SERVER), outputFiles[0]?.text ?? '');
  machine.sh('mkdir -p /var/lib/whmapi1');
  configure(machine);
  machine.sh('systemctl start systemd-networkd');
  await until(() => listed(machine).includes('192.0.2.2/24 main'));
  return machine;
}

describeOnMachine('addresses that systemd-networkd keeps', () => {
  let machine: Machine;
  const FILE = '/etc/systemd/network/10-eth0.network.d/whmapi1.conf';
  beforeAll(async () => {
    machine = await start([], (fresh) =>
      fresh.sh(
        `printf '[Match]\\nName=eth0\\n[Network]\\nAddress=192.0.2.2/24\\nGateway=192.0.2.1\\n' >/etc/systemd/network/10-eth0.network`,
      ),
    );
  });
  afterAll(() => machine.stop());

  test('are in a drop-in of the interface’s own file, and are kept whenever the interface is configured', async () => {
    expect(ask(machine, 'findPlace', 4)).toEqual({ interface: 'eth0', keeper: 'systemd-networkd' });
    ask(machine, 'add', added);
    expect(listed(machine)).toEqual(after);
    expect(readFileSync(machine.path(FILE), 'utf8')).toMatch(
      /^# Written by whmapi1.*\n\[Network\]\nAddress=192\.0\.2\.10\/32\nAddress=198\.51\.100\.10\/24\n\[Address\]\nAddress=2001:db8:1::10\/128\nPreferredLifetime=0\n$/,
    );
    expect(machine.sh('networkctl --json=short status eth0')).toContain(FILE);
    machine.sh('networkctl reconfigure eth0');
    await until(() => listed(machine).length === after.length);
    machine.sh('systemctl restart systemd-networkd');
    await until(() => listed(machine).length === after.length);
    // As after a reboot.
    machine.sh(
      'systemctl stop systemd-networkd.socket systemd-networkd; ip address flush dev eth0; systemctl start systemd-networkd',
    );
    await until(() => listed(machine).length === after.length);
    expect(listed(machine).sort()).toEqual(after.toSorted());
    expect(isDeprecated(machine)).toBe(true);
    expect(machine.sh('ip route get 203.0.113.1')).toContain('src 192.0.2.2 ');

    ask(
      machine,
      'remove',
      added.map(({ address }) => address),
    );
    expect(listed(machine)).toEqual(['192.0.2.2/24 main']);
    expect(existsSync(machine.path(FILE))).toBe(false);
    machine.sh('networkctl reconfigure eth0; systemctl restart systemd-networkd');
    await until(() => listed(machine).includes('192.0.2.2/24 main'));
    expect(listed(machine)).toEqual(['192.0.2.2/24 main']);
  });
});

describeOnMachine('addresses that netplan keeps', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await start(['netplan.io'], (fresh) => {
      mkdirSync(fresh.path('/etc/netplan'), { recursive: true });
      writeFileSync(
        join(fresh.path('/etc/netplan'), '50-cloud-init.yaml'),
        'network:\n  version: 2\n  ethernets:\n    wan:\n      match: {name: eth0}\n      addresses: [192.0.2.2/24]\n' +
          '      routes: [{to: default, via: 192.0.2.1}]\n',
        { mode: 0o600 },
      );
      fresh.sh('netplan generate');
    });
  });
  afterAll(() => machine.stop());

  test('are in a netplan file, and are kept when its configuration is applied', async () => {
    expect(ask(machine, 'findPlace', 4)).toEqual({ interface: 'eth0', keeper: 'netplan' });
    ask(machine, 'add', added);
    expect(listed(machine)).toEqual(after);
    expect(machine.sh('netplan get')).toContain('192.0.2.10/32');
    machine.sh('netplan generate; networkctl reload; networkctl reconfigure eth0');
    await until(() => listed(machine).length === after.length);
    machine.sh(
      'systemctl stop systemd-networkd.socket systemd-networkd; rm /run/systemd/network/*; ip address flush dev eth0; netplan generate; systemctl start systemd-networkd',
    );
    await until(() => listed(machine).length === after.length);
    expect(listed(machine).sort()).toEqual(after.toSorted());
    expect(isDeprecated(machine)).toBe(true);
    ask(
      machine,
      'remove',
      added.map(({ address }) => address),
    );
    expect(listed(machine)).toEqual(['192.0.2.2/24 main']);
    expect(machine.sh('netplan get')).not.toContain('192.0.2.10/32');
    machine.sh('netplan generate; networkctl reload; networkctl reconfigure eth0');
    await until(() => listed(machine).includes('192.0.2.2/24 main'));
    expect(listed(machine)).toEqual(['192.0.2.2/24 main']);
  });
});
