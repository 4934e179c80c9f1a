import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addAccounts, anAccount, callerNamed } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const bind = async (...added: [address: string, prefixLength: number][]) => {
  const addresses = await here.engine.machine.addresses();
  await addresses.add(added.map(([address, prefixLength]) => ({ address, prefixLength, interface: 'eth0' })));
};
const listed = async (user?: string) => {
  const options = user === undefined ? {} : { as: await callerNamed(here, user) };
  const { data } = await here.call('listips', {}, options);
  return (data as { ip: Record<string, string | number>[] }).ip;
};
const reseller = async (user: string) => {
  await addAccounts(here, anAccount({ username: user }));
  await here.call('setupreseller', { user });
};

describe('listips', () => {
  it('lists the addresses of the server, with their network and use', async () => {
    await bind(['192.0.2.10', 32], ['198.51.100.9', 28]);
    await addAccounts(
      here,
      anAccount({ username: 'bob', ip: '192.0.2.1' }),
      anAccount({ username: 'ann', ip: '192.0.2.10', settings: { dedicatedIp: true } }),
    );
    const one = {
      ...{ if: 'eth0', netmask: '255.255.255.0', network: '192.0.2.0' },
      ...{ mainaddr: 0, active: 1, used: 0, dedicated: 0, removable: 0 },
    };
    expect(await listed()).toEqual([
      { ...one, ip: '192.0.2.1', public_ip: '192.0.2.1', mainaddr: 1, used: 1 },
      { ...one, ip: '192.0.2.2', public_ip: '192.0.2.2' },
      { ...one, ip: '192.0.2.3', public_ip: '192.0.2.3' },
      { ...one, ip: '192.0.2.10', public_ip: '192.0.2.10', used: 1, dedicated: 1 },
      {
        ...{ ...one, ip: '198.51.100.9', public_ip: '198.51.100.9', removable: 1 },
        ...{ netmask: '255.255.255.240', network: '198.51.100.0' },
      },
    ]);
  });

  it('shows the public addresses, and the addresses that the accounts of resellers share', async () => {
    await reseller('bob');
    await here.call('setresellermainip', { user: 'bob', ip: '192.0.2.3' });
    await here.call('nat_set_public_ip', { local_ip: '192.0.2.2', public_ip: '203.0.113.2' });
    expect(await listed()).toMatchObject([
      { ip: '192.0.2.1', public_ip: '192.0.2.1' },
      { ip: '192.0.2.2', public_ip: '203.0.113.2', used: 0 },
      { ip: '192.0.2.3', public_ip: '192.0.2.3', used: 1, dedicated: 0 },
    ]);
  });

  it('shows resellers the addresses that they can assign', async () => {
    await reseller('bob');
    expect(await listed('bob')).toHaveLength(3);
    await here.call('setresellerips', { user: 'bob', delegate: '1', ips: '192.0.2.2' });
    expect((await listed('bob')).map(({ ip }) => ip)).toEqual(['192.0.2.2']);
  });

  it('can be filtered', async () => {
    const { data } = await here.call('listips', {
      'api.filter.enable': '1',
      'api.filter.a.field': 'mainaddr',
      'api.filter.a.arg0': '1',
      'api.filter.a.type': 'eq',
    });
    expect(data).toMatchObject({ ip: [{ ip: '192.0.2.1' }] });
  });
});

describe('an address that was added', () => {
  it('can be assigned to accounts and resellers', async () => {
    await reseller('bob');
    await bind(['192.0.2.10', 32]);
    const args = { username: 'ann', domain: 'ann.example', customip: '192.0.2.10' };
    expect((await here.call('createacct', args)).data).toMatchObject({ ip: '192.0.2.10' });
    const { data } = await here.call('setresellerips', { user: 'bob', delegate: '1', ips: '192.0.2.10' });
    expect(data).toEqual({ all: 0, ip: ['192.0.2.10'] });
  });
});

describe('get_shared_ip', () => {
  const sharedBy = async (user?: string) =>
    (await here.call('get_shared_ip', user === undefined ? {} : { user })).data;

  it('returns the main address for root', async () => {
    expect(await sharedBy()).toEqual({ ip: '192.0.2.1' });
    expect(await sharedBy('root')).toEqual({ ip: '192.0.2.1' });
  });

  it('returns the main address of a reseller', async () => {
    await reseller('bob');
    expect(await sharedBy('bob')).toEqual({ ip: '192.0.2.1' });
    await here.call('setresellermainip', { user: 'bob', ip: '192.0.2.3' });
    expect(await sharedBy('bob')).toEqual({ ip: '192.0.2.3' });
    const own = await here.call('get_shared_ip', {}, { as: await callerNamed(here, 'bob') });
    expect(own.data).toEqual({ ip: '192.0.2.3' });
    here.addresses = ['192.0.2.1'];
    expect(await sharedBy('bob')).toEqual({ ip: '192.0.2.1' });
  });

  it('returns the address of an account, or “~” for a dedicated address', async () => {
    await addAccounts(
      here,
      anAccount({ username: 'bob', ip: '192.0.2.2' }),
      anAccount({ username: 'ann', ip: '192.0.2.3', settings: { dedicatedIp: true } }),
    );
    expect(await sharedBy('bob')).toEqual({ ip: '192.0.2.2' });
    expect(await sharedBy('ann')).toEqual({ ip: '~' });
  });

  it('does not return other users’ accounts to resellers', async () => {
    await reseller('bob');
    await addAccounts(here, anAccount({ username: 'ann' }));
    const as = await callerNamed(here, 'bob');
    for (const user of ['ann', 'nobody']) {
      const { metadata } = await here.call('get_shared_ip', { user }, { as });
      expect(metadata.reason).toBe(`You do not have access to an account named “${user}”.`);
    }
    expect((await here.call('get_shared_ip', { user: 'nobody' })).metadata).toMatchObject({
      error_code: 'not_found',
    });
  });
});

describe('nat_set_public_ip', () => {
  const set = async (local_ip: string, public_ip: string) =>
    (await here.call('nat_set_public_ip', { local_ip, public_ip })).metadata;
  const publicOf = async (ip: string) => (await here.call('get_public_ip', { ip })).data;

  it('sets, replaces and removes the public address of a local one', async () => {
    expect(await set('192.0.2.1', '203.0.113.1')).toMatchObject({ result: 1, reason: 'OK' });
    expect(await publicOf('192.0.2.1')).toEqual({ public_ip: '203.0.113.1' });
    await set('192.0.2.1', '203.0.113.2');
    expect(await publicOf('192.0.2.1')).toEqual({ public_ip: '203.0.113.2' });
    expect(await publicOf('192.0.2.2')).toEqual({ public_ip: '192.0.2.2' });
    await set('192.0.2.1', '192.0.2.1');
    expect(await publicOf('192.0.2.1')).toEqual({ public_ip: '192.0.2.1' });
  });

  it.each([
    [
      '198.51.100.7',
      '203.0.113.1',
      'The parameter “local_ip” should be an address of this server, not “198.51.100.7”. Run listips to list them.',
    ],
    [
      '192.0.2.1',
      '127.0.0.1',
      'The parameter “public_ip” should be an address that a host can have, not “127.0.0.1”.',
    ],
    [
      '192.0.2.1',
      '224.0.0.1',
      'The parameter “public_ip” should be an address that a host can have, not “224.0.0.1”.',
    ],
    [
      '192.0.2.1',
      '203.0.113.9',
      '203.0.113.9 is the public address of 192.0.2.3. Set another one for that address first.',
    ],
    [
      '192.0.2.1',
      '203.0.113',
      'The parameter “public_ip” should be an IPv4 address, such as 192.0.2.10, not “203.0.113”.',
    ],
  ])('rejects %s %s', async (local, other, reason) => {
    await set('192.0.2.3', '203.0.113.9');
    expect(await set(local, other)).toMatchObject({ error_code: 'bad_param', reason });
    expect(await publicOf('192.0.2.1')).toEqual({ public_ip: '192.0.2.1' });
  });

  it('is for root only', async () => {
    await reseller('bob');
    const as = await callerNamed(here, 'bob');
    const args = { local_ip: '192.0.2.1', public_ip: '203.0.113.1' };
    expect((await here.call('nat_set_public_ip', args, { as })).metadata.error_code).toBe('denied');
    expect((await here.call('nat_checkip', { ip: '192.0.2.1' }, { as })).metadata.error_code).toBe('denied');
  });
});

describe('nat_checkip', () => {
  let server: Server;
  beforeEach(async () => {
    server = createServer((request, response) => response.end(`${request.socket.remoteAddress}\n`));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    here.publicAddressService = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    here.addresses = ['127.0.0.1', '127.0.0.2'];
  });
  afterEach(() => new Promise((done) => server.close(done)));
  const check = (ip: string) => here.call('nat_checkip', { ip });

  it('confirms an address that is also the public one', async () => {
    expect(await check('127.0.0.2')).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'nat_checkip' },
      data: { checked_ip: '127.0.0.2' },
    });
  });

  it('fails if the public address is not the configured one', async () => {
    await here.call('nat_set_public_ip', { local_ip: '127.0.0.2', public_ip: '203.0.113.1' });
    expect((await check('127.0.0.2')).metadata).toMatchObject({
      error_code: 'host_failed',
      reason:
        'The Internet knows 127.0.0.2 as 127.0.0.2, but 203.0.113.1 is set. Correct it with nat_set_public_ip.',
    });
  });

  it('asks no service if the administrator has configured none', async () => {
    here.publicAddressService = '';
    expect((await check('127.0.0.1')).metadata).toMatchObject({
      error_code: 'host_failed',
      reason: expect.stringContaining('WHMAPI1_PUBLIC_ADDRESS_SERVICE is empty') as string,
    });
  });

  it('fails if the service does not respond, and for an address of another server', async () => {
    here.publicAddressService = 'http://127.0.0.1:1/';
    expect((await check('127.0.0.1')).metadata).toMatchObject({
      error_code: 'host_failed',
      reason: 'http://127.0.0.1:1/ could not be reached from 127.0.0.1: ECONNREFUSED.',
    });
    expect((await check('192.0.2.77')).metadata).toMatchObject({ error_code: 'bad_param' });
  });
});

describe('get_public_ip', () => {
  it('returns an address of a server that is not behind NAT unchanged', async () => {
    expect((await here.call('get_public_ip', { ip: '192.0.2.1' })).data).toEqual({ public_ip: '192.0.2.1' });
  });

  it.each(['', 'x', '192.0.2', '192.0.2.256', '192.0.2.01', '2001:db8::1'])('rejects %j', async (ip) => {
    expect((await here.call('get_public_ip', { ip })).metadata).toMatchObject({ result: 0 });
  });
});
