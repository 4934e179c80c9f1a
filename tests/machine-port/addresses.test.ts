// IP addresses of Linux on a throw-away machine with its own network, and of a sandbox.
import { createServer } from 'node:http';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askBy } from '../../src/machine/choose.ts';
import { SandboxAddresses } from '../../src/machine/sandbox/addresses.ts';
import { isMissing, itWith } from '../support/require-tool.ts';
import { describeAddresses, listed, OWN } from './addresses.contract.ts';
import { describeOnMachine, ThrowAwayMachine } from './throw-away-machine.ts';

// Starting machines and their tools is slow if this one is busy.
const info = (address: string, family: 'IPv4' | 'IPv6', bits: number, internal = false) =>
  ({ address, family, internal, cidr: `${address}/${bits}` }) as NetworkInterfaceInfo;
const interfaces = () => ({
  lo: [info('127.0.0.1', 'IPv4', 8, true), info('::1', 'IPv6', 128, true)],
  eth0: [
    info('192.0.2.2', 'IPv4', 24),
    info('2001:db8::2', 'IPv6', 64),
    info('fe80::fc:ff:fe00:1', 'IPv6', 64),
  ],
});

function sandboxAt(root: string): SandboxAddresses {
  return new SandboxAddresses({ root, interfaces, askPublicAddress: askBy(undefined) });
}

describeAddresses('a sandbox', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-sandbox-'));
  return {
    addresses: sandboxAt(join(folder, 'root')),
    close: async () => rmSync(folder, { recursive: true }),
  };
});

describe('a sandbox', () => {
  test('stores added addresses in the format of ip, readable only for its owner', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'whmapi1-sandbox-'));
    try {
      const addresses = sandboxAt(join(folder, 'root'));
      await addresses.remove(['192.0.2.10']);
      expect(() => statSync(join(folder, 'root'))).toThrow('ENOENT');
      await addresses.add([{ address: '192.0.2.10', prefixLength: 32, interface: 'eth0' }]);
      const path = join(folder, 'root/var/lib/whmapi1/addresses.json');
      expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual([
        {
          ifname: 'eth0',
          addr_info: [{ family: 'inet', local: '192.0.2.10', prefixlen: 32, scope: 'global' }],
        },
      ]);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(await addresses.findPlace(4)).toEqual({ interface: 'eth0', keeper: 'sandbox' });
      expect(await listed(sandboxAt(join(folder, 'root')))).toContain('eth0 192.0.2.10/32 added');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the public address', () => {
  const answers: Record<string, string> = { '/text': 'What?', '/long': 'x'.repeat(1e5), '/none': '' };
  const server = createServer((request, response) => {
    if (request.url === '/missing') response.statusCode = 404;
    response.end(answers[request.url ?? ''] ?? `${request.socket.remoteAddress}\n`);
  });
  let base: string;
  beforeAll(
    () =>
      new Promise<void>((done) => {
        server.listen(0, '127.0.0.1', () => {
          base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
          done();
        });
      }),
  );
  afterAll(() => new Promise((done) => server.close(done)));

  test('is returned by a service for a request from the local address', async () => {
    expect(await askBy(base)('127.0.0.1')).toBe('127.0.0.1');
    expect(await askBy(base)('127.0.0.77')).toBe('127.0.0.77');
  });

  test.each([
    ['/text', 'did not return an IP address'],
    ['/none', 'did not return an IP address'],
    ['/long', 'the response is too long'],
    ['/missing', 'status 404'],
  ])('is not known if the service returns %s', async (path, why) => {
    await expect(askBy(`${base}${path}`)('127.0.0.1')).rejects.toThrow(why);
  });

  test('is not known if the service is unreachable, or the local address does not exist', async () => {
    await expect(askBy('http://127.0.0.1:1/')('127.0.0.1')).rejects.toMatchObject({ code: 'failed' });
    await expect(askBy(base)('192.0.2.77')).rejects.toThrow('EADDRNOTAVAIL');
    await expect(askBy(base)('x')).rejects.toThrow(TypeError);
  });
});

const start = async () => {
  const machine = await ThrowAwayMachine.start();
  const ip = async (...words: string[]) => {
    const ran = await machine.run('ip', ...words);
    expect([words, ran.status, ran.stderr]).toEqual([words, 0, '']);
    return ran.stdout;
  };
  await ip('link', 'set', 'lo', 'up');
  await ip('link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'far');
  await ip('address', 'add', '192.0.2.2/24', 'dev', 'eth0');
  await ip('address', 'add', '2001:db8::2/64', 'dev', 'eth0', 'nodad');
  await ip('link', 'set', 'eth0', 'up');
  await ip('link', 'set', 'far', 'up');
  return { machine, ip };
};

if (process.getuid?.() === 0 && !isMissing('ip')) {
  describeAddresses('Linux', async () => {
    const { machine } = await start();
    return { addresses: machine.addresses, close: () => machine.close() };
  });
}

describeOnMachine('on Linux', () => {
  let machine: ThrowAwayMachine;
  let ip: (...words: string[]) => Promise<string>;
  beforeAll(async () => {
    ({ machine, ip } = await start());
  });
  afterAll(() => machine.close());
  const eth0 = (address: string, prefixLength: number) => ({ address, prefixLength, interface: 'eth0' });
  const main = async () =>
    (await machine.addresses.list()).filter(({ isMain }) => isMain).map(({ address }) => address);

  test('the main address is that of the default route, whatever is added', async () => {
    await ip('link', 'add', 'eth1', 'type', 'veth', 'peer', 'name', 'far1');
    await ip('link', 'set', 'eth1', 'up');
    await ip('address', 'add', '203.0.113.2/24', 'dev', 'eth1');
    expect(await main()).toEqual(['192.0.2.2', '2001:db8::2']);
    await ip('route', 'add', 'default', 'via', '203.0.113.1', 'metric', '100');
    expect(await main()).toEqual(['2001:db8::2', '203.0.113.2']);
    expect(await machine.addresses.findPlace(4)).toEqual({ interface: 'eth1', keeper: null });
    await ip('route', 'add', 'default', 'via', '192.0.2.1', 'metric', '50');
    expect(await main()).toEqual(['192.0.2.2', '2001:db8::2']);
    await ip('address', 'add', '192.0.2.3/24', 'dev', 'eth0');
    await ip('route', 'add', 'default', 'via', '192.0.2.1', 'src', '192.0.2.3', 'metric', '10');
    expect(await main()).toEqual(['192.0.2.3', '2001:db8::2']);
    await ip('link', 'delete', 'eth1');
    await ip('route', 'flush', 'exact', '0.0.0.0/0');
    await ip('address', 'delete', '192.0.2.3/24', 'dev', 'eth0');
    await machine.addresses.add([eth0('192.0.2.1', 32), eth0('2001:db8::1', 128)]);
    expect(await main()).toEqual(['192.0.2.2', '2001:db8::2']);
    await machine.addresses.remove(['192.0.2.1', '2001:db8::1']);
  });

  test('an added IPv6 address accepts connections, and the machine keeps its own source address', async () => {
    await ip('-6', 'route', 'add', 'default', 'via', '2001:db8::1', 'dev', 'eth0');
    // It has more leading bits in common with the destinations.
    await machine.addresses.add([eth0('2001:db8:1::10', 128)]);
    // The kernel first checks that no other machine has it.
    const tentative = ['-6', 'address', 'show', 'dev', 'eth0', 'scope', 'global', 'tentative'];
    for (let tries = 0; (await ip(...tentative)) !== '' && tries < 600; tries++) {
      await new Promise((resume) => setTimeout(resume, 100));
    }
    expect(await ip('-6', 'route', 'get', '2001:db8:1::99')).toContain('src 2001:db8::2 ');
    expect(await ip('-6', 'address', 'show', 'dev', 'eth0')).toMatch(
      /inet6 2001:db8:1::10\/128 scope global deprecated[^\n]*\n\s*valid_lft forever preferred_lft 0sec/,
    );
    await machine.addresses.remove(['2001:db8:1::10']);
    await ip('-6', 'route', 'delete', 'default');
  });

  test('an interface that is down is reported, and can have addresses', async () => {
    await ip('link', 'add', 'eth2', 'type', 'veth', 'peer', 'name', 'far2');
    await machine.addresses.add([{ address: '203.0.113.9', prefixLength: 24, interface: 'eth2' }]);
    const found = (await machine.addresses.list()).find(({ address }) => address === '203.0.113.9');
    expect(found).toMatchObject({ isActive: false, isAdded: true, interface: 'eth2' });
    await machine.addresses.remove(['203.0.113.9']);
    await ip('link', 'delete', 'eth2');
  });

  test('other addresses in our network are not changed when our first address is removed', async () => {
    await machine.addresses.add([eth0('198.51.100.1', 24)]);
    const words = ['198.51.100.9/24', 'dev', 'eth0', 'label', 'eth0:9', 'valid_lft', '900', 'preferred_lft'];
    await ip('address', 'add', ...words, '800');
    await machine.addresses.remove(['198.51.100.1']);
    const [link] = JSON.parse(await ip('-json', 'address', 'show', 'dev', 'eth0')) as {
      addr_info: { local: string; label: string; valid_life_time: number }[];
    }[];
    const left = link?.addr_info.find(({ local }) => local === '198.51.100.9');
    expect(left).toMatchObject({ label: 'eth0:9' });
    expect(left?.valid_life_time).toBeGreaterThan(800);
    expect(left?.valid_life_time).toBeLessThanOrEqual(900);
    await ip('address', 'delete', '198.51.100.9/24', 'dev', 'eth0');
    expect((await listed(machine.addresses)).sort()).toEqual(OWN);
  });

  test('after a kill at any point, the same call completes the work', async () => {
    const added = machine.path('/var/lib/whmapi1/addresses/added.json');
    await machine.addresses.add([eth0('192.0.2.10', 32)]);
    expect(statSync(added).mode & 0o777).toBe(0o600);
    // Killed after it was recorded, and before ip was run: it is ours, and does not exist yet.
    await ip('address', 'delete', '192.0.2.10/32', 'dev', 'eth0');
    expect(await listed(machine.addresses)).toContain('eth0 192.0.2.10/32 added inactive');
    await machine.addresses.add([eth0('192.0.2.10', 32)]);
    expect(await listed(machine.addresses)).toContain('eth0 192.0.2.10/32 added');
    // Killed after ip removed it, and before that was recorded.
    await ip('address', 'delete', '192.0.2.10/32', 'dev', 'eth0');
    await machine.addresses.remove(['192.0.2.10']);
    expect(JSON.parse(readFileSync(added, 'utf8'))).toEqual([]);
  });

  test('broadcast addresses match the network', async () => {
    await machine.addresses.add([eth0('198.51.100.1', 28), eth0('198.51.100.40', 32)]);
    const shown = await ip('-4', 'address', 'show', 'dev', 'eth0');
    expect(shown).toContain('inet 198.51.100.1/28 brd 198.51.100.15 ');
    expect(shown).toContain('inet 198.51.100.40/32 scope');
    await machine.addresses.remove(['198.51.100.1', '198.51.100.40']);
  });

  describe('the file that keeps addresses over a reboot', () => {
    const write = (path: string, text: string) => writeFileSync(machine.path(path), text, { mode: 0o600 });
    const read = (path: string) => readFileSync(machine.path(path), 'utf8');
    const HEADER =
      '# Written by whmapi1: the addresses that addips added. Change them with addips and delip.\n';
    const added = [eth0('192.0.2.10', 32), eth0('2001:db8:1::10', 128)];
    const remove = () => machine.addresses.remove(added.map(({ address }) => address));

    describe('for ifupdown', () => {
      const path = '/etc/network/interfaces.d/whmapi1-eth0';
      const interfaces = (...lines: string[]) =>
        write('/etc/network/interfaces', ['auto lo', 'iface lo inet loopback', ...lines, ''].join('\n'));
      const own = ['auto eth0', 'iface eth0 inet static', '  address 192.0.2.2/24', '  gateway 192.0.2.1'];
      const source = 'source /etc/network/interfaces.d/*';
      beforeAll(() => {
        for (const folder of ['/etc/network/interfaces.d', '/etc/netplan']) {
          rmSync(machine.path(folder), { recursive: true, force: true });
        }
        mkdirSync(machine.path('/etc/network/interfaces.d'), { recursive: true });
      });
      afterAll(() => rmSync(machine.path('/etc/network'), { recursive: true }));

      itWith(['ifquery'], 'has a stanza for each address, which ifupdown reads', async () => {
        interfaces(source, ...own);
        expect(await machine.addresses.findPlace(4)).toEqual({ interface: 'eth0', keeper: 'ifupdown' });
        await machine.addresses.add(added);
        expect(read(path)).toBe(
          `${HEADER}iface eth0 inet static\n  address 192.0.2.10/32\niface eth0 inet6 static\n  address 2001:db8:1::10/128\n  preferred-lifetime 0\n`,
        );
        const { stdout } = await machine.run('ifquery', 'eth0');
        expect(stdout).toContain('address: 192.0.2.10\n');
        expect(stdout).toContain('address: 2001:db8:1::10\n');
        await machine.addresses.remove(['192.0.2.10']);
        expect(read(path)).toBe(
          `${HEADER}iface eth0 inet6 static\n  address 2001:db8:1::10/128\n  preferred-lifetime 0\n`,
        );
        await remove();
        expect(existsSync(machine.path(path))).toBe(false);
        expect((await machine.run('ifquery', 'eth0')).stdout).not.toContain('192.0.2.10');
      });

      itWith(['ifquery'], 'restores the addresses, after the main one', async () => {
        interfaces(source, ...own);
        await machine.addresses.add(added);
        await ip('address', 'flush', 'dev', 'eth0');
        expect(await machine.run('ifup', '--force', 'eth0')).toMatchObject({ status: 0 });
        expect(await listed(machine.addresses)).toEqual(
          expect.arrayContaining([
            'eth0 192.0.2.10/32 added',
            'eth0 192.0.2.2/24 main',
            'eth0 2001:db8:1::10/128 added',
          ]),
        );
        expect(await ip('-6', 'address', 'show', 'dev', 'eth0')).toMatch(
          /2001:db8:1::10\/128 scope global deprecated/,
        );
        // Destinations still see the main address.
        expect(await ip('route', 'get', '192.0.2.99')).toContain('src 192.0.2.2 ');
        expect(await ip('route', 'get', '203.0.113.99')).toContain('src 192.0.2.2 ');
        await remove();
        await ip('address', 'add', '2001:db8::2/64', 'dev', 'eth0', 'nodad');
        await ip('route', 'flush', 'exact', '0.0.0.0/0');
      });

      itWith(['ifquery'], 'is not written if ifupdown does not read it; then nothing is added', async () => {
        interfaces(...own);
        await expect(machine.addresses.add(added)).rejects.toThrow(
          '“/etc/network/interfaces” does not read the files of “/etc/network/interfaces.d”.',
        );
        expect((await listed(machine.addresses)).sort()).toEqual(OWN);
        expect(existsSync(machine.path(path))).toBe(false);
        interfaces(source, ...own);
        await machine.addresses.add(added);
        await remove();
      });

      itWith(['ifquery'], 'is not overwritten if somebody changed it', async () => {
        interfaces(source, ...own);
        await machine.addresses.add(added);
        write(path, `${read(path)}# Mine.\n`);
        await expect(machine.addresses.add([eth0('192.0.2.11', 32)])).rejects.toThrow(
          `“${path}” was changed by somebody else.`,
        );
        await expect(remove()).rejects.toThrow(`“${path}” was changed by somebody else.`);
        expect(read(path)).toContain('# Mine.');
        rmSync(machine.path(path));
        await remove();
        expect((await listed(machine.addresses)).sort()).toEqual(OWN);
      });
    });

    describe('for netplan', () => {
      const path = '/etc/netplan/90-whmapi1-eth0.yaml';
      const mine = '/etc/netplan/50-cloud-init.yaml';
      beforeAll(() => {
        rmSync(machine.path('/etc/netplan'), { recursive: true, force: true });
        mkdirSync(machine.path('/etc/netplan'), { recursive: true });
      });
      afterAll(() => rmSync(machine.path('/etc/netplan'), { recursive: true }));

      const definitions: [string, string, string, (mac: string) => string][] = [
        ['its name', 'ethernets', 'eth0', () => 'addresses: [192.0.2.2/24]'],
        ['a matching name', 'ethernets', 'wan', () => 'match: {name: eth0}'],
        ['its hardware address', 'ethernets', 'id0', (mac) => `match: {macaddress: '${mac.toUpperCase()}'}`],
        [
          'its new name',
          'ethernets',
          'old',
          () => `match: {macaddress: '02:00:00:00:00:99'}\n      set-name: eth0`,
        ],
        ['a bridge', 'bridges', 'eth0', () => 'addresses: [192.0.2.2/24]'],
      ];
      for (const [what, section, id, definition] of definitions) {
        itWith(['netplan'], `is merged with the interface’s existing file, found by ${what}`, async () => {
          const [link] = JSON.parse(await ip('-json', 'link', 'show', 'eth0')) as [{ address: string }];
          const mac = link.address;
          write(mine, `network:\n  version: 2\n  ${section}:\n    ${id}:\n      ${definition(mac)}\n`);
          expect(await machine.addresses.findPlace(4)).toEqual({ interface: 'eth0', keeper: 'netplan' });
          await machine.addresses.add(added);
          expect(read(path)).toBe(
            [
              `${HEADER}network:`,
              '  version: 2',
              `  ${section}:`,
              `    "${id}":`,
              '      addresses:',
              '        - "192.0.2.10/32"',
              '        - "2001:db8:1::10/128": { lifetime: 0 }',
              '',
            ].join('\n'),
          );
          expect(statSync(machine.path(path)).mode & 0o777).toBe(0o600);
          const generated = await machine.run('sh', '-c', 'cat /run/systemd/network/*');
          expect(generated.stdout).toContain('Address=192.0.2.10/32\n');
          expect(generated.stdout).toContain('[Address]\nAddress=2001:db8:1::10/128\nPreferredLifetime=0\n');
          await remove();
          expect(existsSync(machine.path(path))).toBe(false);
          expect((await machine.run('sh', '-c', 'cat /run/systemd/network/*')).stdout).not.toContain(
            '192.0.2.10',
          );
        });
      }

      itWith(['netplan'], 'has no IPv6 address if NetworkManager is the renderer', async () => {
        for (const [top, own] of [
          ['renderer: NetworkManager', 'addresses: [192.0.2.2/24]'],
          ['renderer: networkd', 'renderer: NetworkManager'],
        ]) {
          write(mine, `network:\n  version: 2\n  ${top}\n  ethernets:\n    eth0:\n      ${own}\n`);
          await expect(machine.addresses.add(added)).rejects.toThrow(
            'netplan has NetworkManager configure “eth0”, which cannot keep IPv6 addresses',
          );
          expect((await listed(machine.addresses)).sort()).toEqual(OWN);
          expect(existsSync(machine.path(path))).toBe(false);
        }
        await machine.addresses.add([eth0('192.0.2.10', 32)]);
        expect(read(path)).toContain('192.0.2.10/32');
        await machine.addresses.remove(['192.0.2.10']);
      });

      itWith(['netplan'], 'is not used for an interface that netplan does not know', async () => {
        write(mine, 'network:\n  version: 2\n  ethernets:\n    eth7: {dhcp4: true}\n');
        expect(await machine.addresses.findPlace(4)).toEqual({ interface: 'eth0', keeper: null });
      });
    });
  });
});
