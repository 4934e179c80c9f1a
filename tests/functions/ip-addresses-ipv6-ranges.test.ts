import type { Json } from '../../src/core/values.ts';
import { addAccounts, anAccount, callerNamed } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const add = async (name: string, range: string, more: Record<string, Json> = {}) =>
  (await here.call('ipv6_range_add', { name, range, ...more })).metadata;
const usage = async (name: string) => {
  const { data } = await here.call('ipv6_range_usage', { name });
  return (data as { usage: unknown }).usage;
};

describe('ipv6_range_add', () => {
  it('adds a range', async () => {
    expect(await add('Hosting 1', '2001:db8:1::/64')).toEqual({
      version: 1,
      reason: 'OK',
      result: 1,
      command: 'ipv6_range_add',
    });
    expect(await usage('Hosting 1')).toMatchObject({ used: 0 });
  });

  it.each<[string, string, string]>([
    ['hosting', '2001:db8:1::/64', 'The IPv6 range “hosting” already exists.'],
    [
      'other',
      '2001:db8:1:0:8000::/65',
      '2001:db8:1:0:8000::/65 overlaps the IPv6 range “hosting”, 2001:db8:1::/64.',
    ],
    ['other', '2001:db8::/32', '2001:db8::/32 overlaps the IPv6 range “hosting”, 2001:db8:1::/64.'],
    [
      'SHARED',
      '2001:db8:2::/64',
      'The name “SHARED” is reserved for the server’s own IPv6 address. Use another name.',
    ],
    [
      'shared',
      '2001:db8:2::/64',
      'The name “SHARED” is reserved for the server’s own IPv6 address. Use another name.',
    ],
    ['other', '2001::/16', '“2001::/16” has 2^112 addresses. A range has at most 2^96, which is a /32.'],
    ['other', '::/0', '“::/0” has 2^128 addresses. A range has at most 2^96, which is a /32.'],
    [
      'other',
      'fe80::/64',
      '“fe80::/64” is not a network from which accounts can have addresses (linkLocal).',
    ],
    [
      'other',
      'ff02::/64',
      '“ff02::/64” is not a network from which accounts can have addresses (multicast).',
    ],
    [
      'other',
      '2001:db8:2::',
      'The parameter “range” should be an IPv6 network, such as 2001:db8:1::/64, not “2001:db8:2::”. Use 2001:db8:2::/128 for a single address.',
    ],
    [
      'other',
      '192.0.2.0/24',
      'The parameter “range” should be an IPv6 network, such as 2001:db8:1::/64, not “192.0.2.0/24”.',
    ],
    [
      'other',
      '2001:db8:2::/129',
      'The parameter “range” should be an IPv6 network, such as 2001:db8:1::/64, not “2001:db8:2::/129”.',
    ],
  ])('rejects %s %s', async (name, range, reason) => {
    await add('hosting', '2001:db8:1::/64');
    expect(await add(name, range)).toMatchObject({ result: 0, error_code: 'bad_param', reason });
  });

  it.each(['', ' x', 'x/y', 'x\ny', '../x', 'x'.repeat(65)])('rejects the name %j', async (name) => {
    expect(await add(name, '2001:db8:1::/64')).toMatchObject({ result: 0 });
  });

  it('is for root only', async () => {
    await addAccounts(here, anAccount());
    await here.call('setupreseller', { user: 'bob' });
    const as = await callerNamed(here, 'bob');
    for (const [command, args] of [
      ['ipv6_range_add', { name: 'hosting', range: '2001:db8:1::/64' }],
      ['ipv6_range_edit', { name: 'hosting' }],
      ['ipv6_range_remove', { name: 'hosting' }],
      ['ipv6_range_usage', { name: 'hosting' }],
    ] as const) {
      expect((await here.call(command, args, { as })).metadata).toMatchObject({ error_code: 'denied' });
    }
  });
});

describe('ipv6_range_usage', () => {
  it.each([
    ['2001:db8:1::/64', { used: 0, free: 18446744073709486000, forbidden: 65536 }],
    ['2001:db8:1::/111', { used: 0, free: 65536, forbidden: 65536 }],
    ['2001:db8:1::/112', { used: 0, free: 65535, forbidden: 1 }],
    ['2001:db8:1::/126', { used: 0, free: 3, forbidden: 1 }],
    ['2001:db8:1::/127', { used: 0, free: 2, forbidden: 0 }],
    ['2001:db8:1::5/128', { used: 0, free: 1, forbidden: 0 }],
  ])('counts the addresses of %s', async (range, expected) => {
    await add('hosting', range);
    expect(await usage('hosting')).toEqual(expected);
  });

  it('rejects unknown ranges', async () => {
    expect((await here.call('ipv6_range_usage', { name: 'none' })).metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'The IPv6 range “none” does not exist. Run ipv6_range_list to list the ranges.',
    });
  });
});

describe('ipv6_range_edit', () => {
  const edit = async (args: Record<string, Json>) => (await here.call('ipv6_range_edit', args)).metadata;

  it('renames a range', async () => {
    await add('hosting', '2001:db8:1::/64', { note: 'First' });
    expect(await edit({ name: 'hosting', new_name: 'one' })).toMatchObject({ result: 1 });
    expect(await usage('one')).toMatchObject({ used: 0 });
    expect(await edit({ name: 'hosting' })).toMatchObject({ error_code: 'not_found' });
    expect(await edit({ name: 'one', new_name: 'one' })).toMatchObject({ result: 1 });
  });

  it('rejects a name that already exists or is reserved', async () => {
    await add('hosting', '2001:db8:1::/64');
    await add('two', '2001:db8:2::/64');
    expect(await edit({ name: 'hosting', new_name: 'two' })).toMatchObject({
      error_code: 'bad_param',
      reason: 'The IPv6 range “two” already exists.',
    });
    expect(await edit({ name: 'hosting', new_name: 'SHARED' })).toMatchObject({ error_code: 'bad_param' });
    expect(await edit({ name: 'SHARED', note: 'x' })).toMatchObject({ error_code: 'not_found' });
  });
});

describe('ipv6_range_remove', () => {
  it('removes a range', async () => {
    await add('hosting', '2001:db8:1::/64');
    expect((await here.call('ipv6_range_remove', { name: 'hosting' })).metadata).toMatchObject({ result: 1 });
    expect((await here.call('ipv6_range_remove', { name: 'hosting' })).metadata).toMatchObject({
      error_code: 'not_found',
    });
    expect(await add('hosting', '2001:db8:1::/64')).toMatchObject({ result: 1 });
  });
});

describe('ipv6_range_list', () => {
  const list = async () => (await here.call('ipv6_range_list')).data as { range: unknown[] };

  it('lists the server’s own address and the ranges', async () => {
    expect(await list()).toEqual({ range: [] });
    here.ipv6Addresses = ['2001:db8::2'];
    await add('b', '2001:db8:2::/126', { note: 'Second', enabled: '0' });
    await add('a', '2001:DB8:1:0::1/64');
    const nothing = { mostrecent: '', range_users: [], reclaimed: [] };
    expect(await list()).toEqual({
      range: [
        {
          ...{ ...nothing, name: 'SHARED', CIDR: '2001:db8::2/128', enabled: 1, note: '', owner: 'root' },
          first: '2001:0db8:0000:0000:0000:0000:0000:0002',
          last: '2001:0db8:0000:0000:0000:0000:0000:0002',
          mostrecent: '2001:0db8:0000:0000:0000:0000:0000:0002',
        },
        {
          ...{ ...nothing, name: 'a', CIDR: '2001:db8:1::/64', enabled: 1, note: '', owner: 'root' },
          first: '2001:0db8:0001:0000:0000:0000:0000:0000',
          last: '2001:0db8:0001:0000:ffff:ffff:ffff:ffff',
        },
        {
          ...{ ...nothing, name: 'b', CIDR: '2001:db8:2::/126', enabled: 0, note: 'Second', owner: 'root' },
          first: '2001:0db8:0002:0000:0000:0000:0000:0000',
          last: '2001:0db8:0002:0000:0000:0000:0000:0003',
        },
      ],
    });
    await here.call('ipv6_range_edit', { name: 'b', new_name: 'c', note: '' });
    expect(await list()).toMatchObject({ range: [{}, {}, { name: 'c', note: '', enabled: 0 }] });
  });
});
