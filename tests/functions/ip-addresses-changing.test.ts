import type { Json } from '../../src/core/values.ts';
import { addAccounts, anAccount, callerNamed } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const add = (ips: string, more: Record<string, Json> = {}) =>
  here.call('addips', { ips, netmask: '255.255.255.0', ...more });
const remove = async (ip: string, more: Record<string, Json> = {}) =>
  (await here.call('delip', { ip, ...more })).metadata;
const listed = async () => {
  const { data } = await here.call('listips');
  return (data as { ip: { ip: string; netmask: string }[] }).ip.map(({ ip }) => ip);
};
const OWN = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];

describe('addips', () => {
  it('adds an address, also repeatedly', async () => {
    expect(await add('192.0.2.10')).toEqual({
      metadata: {
        ...{ version: 1, reason: 'Success', result: 1, command: 'addips' },
        output: {
          messages: ['eth0 is now up. 192.0.2.10/255.255.255.0 broadcast 192.0.2.255 has been added.'],
        },
      },
    });
    expect(await listed()).toEqual([...OWN, '192.0.2.10']);
    expect((await add('192.0.2.10')).metadata).toMatchObject({
      result: 1,
      output: { messages: ['The server already has the address 192.0.2.10, on the interface “eth0”.'] },
    });
    expect(await listed()).toEqual([...OWN, '192.0.2.10']);
  });

  it('adds ranges without the excluded addresses', async () => {
    const { metadata } = await add('198.51.100.16/29,203.0.113.5-6', {
      netmask: '255.255.255.248',
      excludes: '198.51.100.17,198.51.100.20-30,192.0.2.77',
    });
    expect(metadata).toMatchObject({
      result: 1,
      output: { warnings: ['“excludes” has 192.0.2.77, which is not in “ips”.'] },
    });
    expect(metadata.output?.messages).toHaveLength(4);
    expect(await listed()).toEqual([
      ...[...OWN, '198.51.100.18', '198.51.100.19', '203.0.113.5', '203.0.113.6'],
    ]);
  });

  it('plans it in a dry run, and adds nothing', async () => {
    const args = { ips: '198.51.100.0/24', netmask: '255.255.255.0' };
    const { metadata } = await here.call('addips', args, { dryRun: true });
    const first = Array.from({ length: 20 }, (_, at) => `198.51.100.${at + 1}/24 on eth0`).join(', ');
    expect(metadata).toMatchObject({
      result: 1,
      output: { messages: [`Add to the network interfaces: ${first} and 234 more.`] },
    });
    expect(await listed()).toEqual(OWN);
  });

  it.each<[string, Record<string, Json>, string]>([
    ['10.0.0.0/8', {}, '“10.0.0.0/8” has 16,777,216 addresses. Add at most 1,024 at once.'],
    ['192.0.2.2', {}, 'The server already has the address 192.0.2.2, on the interface “eth0”.'],
    [
      '192.0.2.10',
      { netmask: '255.0.255.0' },
      'The parameter “netmask” should be a netmask, such as 255.255.255.0, or 255.255.255.255 for single addresses, not “255.0.255.0”.',
    ],
    [
      '192.0.2.10',
      { netmask: '0.0.0.0' },
      'The parameter “netmask” should be a netmask, such as 255.255.255.0, or 255.255.255.255 for single addresses, not “0.0.0.0”.',
    ],
    [
      '192.0.2.10; reboot',
      {},
      'The parameter “ips” should have IPv4 addresses (192.0.2.10), ranges (192.0.2.10-192.0.2.20) or networks (192.0.2.0/28), not “192.0.2.10;”.',
    ],
  ])('rejects %s %j, and changes nothing', async (ips, more, reason) => {
    expect((await add(ips, more)).metadata).toMatchObject({ error_code: 'bad_param', reason });
    expect(await listed()).toEqual(OWN);
  });

  it('adds addresses again that the interface has lost, and says if nothing keeps addresses', async () => {
    const { machine } = here.engine;
    const lost = { address: '192.0.2.10', prefixLength: 32, interface: 'eth0', scope: 'global' } as const;
    const addresses = await machine.addresses();
    const added: string[] = [];
    here.overrides = {
      machine: {
        ...machine,
        addresses: async () => ({
          list: async () => [
            ...(await addresses.list()),
            { ...lost, family: 4, isActive: false, isMain: false, isAdded: true },
          ],
          findPlace: async () => ({ interface: 'eth0', keeper: null }),
          add: async (fresh) => void added.push(...fresh.map(({ address }) => address)),
          remove: async () => undefined,
          askPublicAddress: async () => '',
        }),
      },
    };
    const { metadata } = await add('192.0.2.10');
    expect(metadata.output?.warnings).toEqual([
      'The addresses are lost at the next reboot: neither netplan nor systemd-networkd nor ifupdown configures the interface “eth0”. Run addips again after it.',
    ]);
    expect(added).toEqual(['192.0.2.10']);
  });

  it('is for root only, as delip is', async () => {
    await addAccounts(here, anAccount());
    await here.call('setupreseller', { user: 'bob' });
    const as = await callerNamed(here, 'bob');
    const args = { ips: '192.0.2.10', netmask: '255.255.255.0' };
    expect((await here.call('addips', args, { as })).metadata.error_code).toBe('denied');
    expect((await here.call('delip', { ip: '192.0.2.2' }, { as })).metadata.error_code).toBe('denied');
  });
});

describe('delip', () => {
  beforeEach(async () => {
    await add('192.0.2.10-12');
  });
  const all = [...OWN, '192.0.2.10', '192.0.2.11', '192.0.2.12'];

  it('removes an address', async () => {
    expect(await remove('192.0.2.11')).toEqual({
      version: 1,
      reason: '192.0.2.11 has been removed.',
      result: 1,
      command: 'delip',
    });
    expect(await listed()).toEqual([...OWN, '192.0.2.10', '192.0.2.12']);
    expect(await remove('192.0.2.11')).toMatchObject({
      error_code: 'not_found',
      reason: 'The server does not have the address 192.0.2.11.',
    });
  });

  it('removes the added addresses of a range, and several at once', async () => {
    expect(await remove('192.0.2.0/24')).toMatchObject({
      result: 1,
      reason: '192.0.2.10, 192.0.2.11, 192.0.2.12 have been removed.',
    });
    expect(await listed()).toEqual(OWN);
    await add('192.0.2.10-12');
    await remove('192.0.2.10,192.0.2.12');
    expect(await listed()).toEqual([...OWN, '192.0.2.11']);
  });

  it('plans it in a dry run, and removes nothing', async () => {
    const { metadata } = await here.call('delip', { ip: '192.0.2.10-11' }, { dryRun: true });
    expect(metadata.output?.messages).toEqual([
      'Remove from the network interfaces: 192.0.2.10, 192.0.2.11.',
    ]);
    expect(await listed()).toEqual(all);
  });

  it.each<[string, Record<string, Json>, string]>([
    ['192.0.2.1', {}, '192.0.2.1 is the server’s main address, which cannot be removed.'],
    [
      '192.0.2.2',
      {},
      '192.0.2.2 was not added by addips. Remove it where the network of “eth0” is configured.',
    ],
    ['192.0.2.10', { ethernetdev: 'eth1' }, '192.0.2.10 is on the interface “eth0”, not on “eth1”.'],
    ['192.0.2.11', {}, '192.0.2.11 is in use by the account “ann”.'],
    ['192.0.2.12', {}, '192.0.2.12 is in use by the accounts of the reseller “bob”.'],
    ['192.0.2.10-12', {}, '192.0.2.11 is in use by the account “ann”.'],
  ])('rejects %s %j, and changes nothing', async (ip, more, reason) => {
    await addAccounts(
      here,
      anAccount({ username: 'ann', ip: '192.0.2.11' }),
      anAccount({ username: 'bob', ip: '192.0.2.1' }),
    );
    await here.call('setupreseller', { user: 'bob' });
    await here.call('setresellermainip', { user: 'bob', ip: '192.0.2.12' });
    expect(await remove(ip, more)).toMatchObject({ error_code: 'bad_param', reason });
    expect(await listed()).toEqual(all);
  });

  it('names the first of many accounts', async () => {
    const users = ['ann', 'ben', 'cat', 'dan', 'eve', 'fay', 'gus'];
    await addAccounts(here, ...users.map((username) => anAccount({ username, ip: '192.0.2.10' })));
    expect((await remove('192.0.2.10')).reason).toBe(
      '192.0.2.10 is in use by the accounts “ann”, “ben”, “cat”, “dan”, “eve” and others.',
    );
  });

  it('resolves the alias of an interface to the interface', async () => {
    expect(await remove('192.0.2.10', { ethernetdev: 'eth0:cp1' })).toMatchObject({ result: 1 });
  });

  it('finds no address in ranges from which nothing was added', async () => {
    expect(await remove('198.51.100.0/24')).toMatchObject({
      error_code: 'not_found',
      reason: 'No address of 198.51.100.0-198.51.100.255 was added to the server.',
    });
  });

  it('adds an address again that an account got meanwhile', async () => {
    const { machine } = here.engine;
    const addresses = await machine.addresses();
    here.overrides = {
      machine: {
        ...machine,
        addresses: async () => ({
          list: () => addresses.list(),
          findPlace: (family) => addresses.findPlace(family),
          add: (fresh) => addresses.add(fresh),
          remove: async (unwanted) => {
            await addresses.remove(unwanted);
            here.overrides = {};
            await addAccounts(here, anAccount({ username: 'ann', ip: '192.0.2.10' }));
          },
          askPublicAddress: async () => '',
        }),
      },
    };
    expect(await remove('192.0.2.10')).toMatchObject({
      error_code: 'bad_param',
      reason: '192.0.2.10 is in use by the account “ann”.',
    });
    expect((await listed()).sort()).toEqual([...all].sort());
  });

  it('keeps an address whose interface is down, if requested', async () => {
    const { machine } = here.engine;
    const addresses = await machine.addresses();
    here.overrides = {
      machine: {
        ...machine,
        addresses: async () => ({
          list: async () =>
            (await addresses.list()).map((one) => ({ ...one, isActive: one.address !== '192.0.2.10' })),
          findPlace: (family) => addresses.findPlace(family),
          add: (fresh) => addresses.add(fresh),
          remove: (unwanted) => addresses.remove(unwanted),
          askPublicAddress: async () => '',
        }),
      },
    };
    expect(await remove('192.0.2.10-11', { skipifshutdown: '1' })).toMatchObject({
      result: 1,
      reason: '192.0.2.11 has been removed.',
      output: {
        warnings: ['192.0.2.10 stays, because the interface “eth0” is down and skipifshutdown is 1.'],
      },
    });
    expect(await remove('192.0.2.10', { skipifshutdown: '0' })).toMatchObject({ result: 1 });
  });
});
