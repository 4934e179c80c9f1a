// IP addresses on a real, throw-away machine. The built program adds and removes them as root, and the system’s own
// tools check the result.
import { program, readAnswer } from '../support/command.ts';
import { isMissing } from '../support/require-tool.ts';
import { describeOnMachine, ThrowAwayMachine } from './throw-away-machine.ts';

// Starting a machine and its tools is slow if this one is busy.
const describeWithIp = isMissing('ip') ? describe.skip : describeOnMachine;

describeWithIp('IP addresses on Linux', () => {
  let machine: ThrowAwayMachine;
  beforeAll(async () => {
    machine = await ThrowAwayMachine.start();
    for (const words of [
      'link set lo up',
      'link add eth0 type veth peer name far',
      'address add 192.0.2.2/24 dev eth0',
      'link set eth0 up',
      'link set far up',
      'route add default via 192.0.2.1',
    ]) {
      expect(await machine.run('ip', ...words.split(' '))).toMatchObject({ status: 0 });
    }
  });
  afterAll(() => machine.close());

  const whmapi1 = async (...words: string[]) => {
    const { status, stdout, stderr } = await machine.run(
      process.execPath,
      program,
      '--output=json',
      ...words,
    );
    const { metadata, data } = readAnswer(stdout) ?? {};
    return { status, stderr, metadata, data };
  };
  /** The addresses that ip shows, with the prefix length. */
  const bound = async () => {
    const { stdout } = await machine.run('ip', '-json', '-4', 'address', 'show', 'dev', 'eth0');
    const [link] = JSON.parse(stdout) as { addr_info: { local: string; prefixlen: number }[] }[];
    return link?.addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`);
  };
  const add = (ips: string) => whmapi1('addips', `ips=${ips}`, 'netmask=255.255.255.0');

  // Each test continues from the state of the previous one.
  test('addips adds addresses, and the server keeps its own source address', async () => {
    expect(await add('192.0.2.10,198.51.100.10-12')).toMatchObject({
      status: 0,
      metadata: {
        reason: 'Success',
        output: {
          warnings: [
            'The addresses are lost at the next reboot: neither netplan nor systemd-networkd nor ifupdown configures the interface “eth0”. Run addips again after it.',
          ],
        },
      },
    });
    expect(await bound()).toEqual([
      ...['192.0.2.2/24', '192.0.2.10/32', '198.51.100.10/24', '198.51.100.11/24', '198.51.100.12/24'],
    ]);
    for (const far of ['192.0.2.99', '203.0.113.99']) {
      expect((await machine.run('ip', 'route', 'get', far)).stdout).toContain('src 192.0.2.2 ');
    }
  });

  test('an account gets a dedicated one, which then cannot be removed', async () => {
    const create = ['createacct', 'username=bob', 'domain=bob.example', 'customip=198.51.100.11'];
    expect(await whmapi1(...create)).toMatchObject({ status: 0, data: { ip: '198.51.100.11' } });
    expect(await whmapi1('delip', 'ip=198.51.100.0/24')).toMatchObject({
      status: 1,
      metadata: { reason: '198.51.100.11 is in use by the account “bob”.' },
    });
    expect(await bound()).toHaveLength(5);
  });

  test('delip removes one, and others of its network are kept', async () => {
    expect(await whmapi1('delip', 'ip=198.51.100.10')).toMatchObject({ status: 0 });
    expect(await bound()).toEqual([
      ...['192.0.2.2/24', '192.0.2.10/32', '198.51.100.11/24', '198.51.100.12/24'],
    ]);
    expect(await whmapi1('delip', 'ip=192.0.2.2')).toMatchObject({
      status: 1,
      metadata: { reason: '192.0.2.2 is the server’s main address, which cannot be removed.' },
    });
  });

  test('addresses that a restart of the network loses are listed, and the same call adds them again', async () => {
    await machine.run('ip', 'address', 'delete', '192.0.2.10/32', 'dev', 'eth0');
    const { data } = await whmapi1('listips');
    const { ip } = data as { ip: { ip: string; active: number }[] };
    expect(ip.filter(({ active }) => active === 0).map((one) => one.ip)).toEqual(['192.0.2.10']);
    expect(await add('192.0.2.10')).toMatchObject({ status: 0 });
    expect(await bound()).toContain('192.0.2.10/32');
  });

  test('an address that cannot be written to a file is not added', async () => {
    const before = await bound();
    // There is a file instead of the directory.
    await machine.run('mv', '/var/lib/whmapi1/addresses', '/var/lib/whmapi1/addresses.away');
    await machine.run('touch', '/var/lib/whmapi1/addresses');
    const { status, metadata } = await add('192.0.2.20');
    expect([status, metadata?.result]).toEqual([1, 0]);
    await machine.run('rm', '/var/lib/whmapi1/addresses');
    await machine.run('mv', '/var/lib/whmapi1/addresses.away', '/var/lib/whmapi1/addresses');
    expect(await bound()).toEqual(before);
    expect(await add('192.0.2.20')).toMatchObject({ status: 0 });
  });

  test('accounts share the address of the default route, whichever interface comes first', async () => {
    const ip = async (words: string) =>
      expect(await machine.run('ip', ...words.split(' '))).toMatchObject({ status: 0 });
    for (const words of [
      'link add eth1 type veth peer name far1',
      'address add 203.0.113.2/24 dev eth1',
      'address add 203.0.113.3/24 dev eth1 label eth1:1',
      'address add 10.0.0.2/24 dev eth1',
      'link set eth1 up',
      'link set far1 up',
    ]) {
      await ip(words);
    }
    const shared = async () => ((await whmapi1('get_shared_ip')).data as { ip: string }).ip;
    expect(await shared()).toBe('192.0.2.2');
    await ip('route replace default via 10.0.0.1');
    expect(await shared()).toBe('10.0.0.2');
    await ip('route replace default via 203.0.113.1');
    expect(await shared()).toBe('203.0.113.2');
    expect(await whmapi1('createacct', 'username=ann', 'domain=ann.example')).toMatchObject({
      status: 0,
      data: { ip: '203.0.113.2' },
    });
    await ip('route replace default via 203.0.113.1 src 203.0.113.3');
    expect(await shared()).toBe('203.0.113.3');
    await ip('link delete eth1');
    expect(await shared()).toBe('192.0.2.2');
  });
});
