import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await addAccounts(here, ...['ann', 'bob', 'cat'].map((username) => anAccount({ username })));
  await here.call('ipv6_range_add', { name: 'hosting', range: '2001:db8:1::/64' });
});
afterEach(() => here.remove());

const enable = (user: string, range = 'hosting', dryRun = false) =>
  here.call('ipv6_enable_account', { user, range }, { dryRun });
const disable = (user: string) => here.call('ipv6_disable_account', { user });
const whole = (end: string) => `2001:0db8:0001:0000:0000:0000:0001:${end}`;
const bound = async () =>
  (await (await here.engine.machine.addresses()).list())
    .filter(({ family }) => family === 6)
    .map(({ address, prefixLength }) => `${address}/${prefixLength}`);
const range = async (name = 'hosting') => {
  const { data } = await here.call('ipv6_range_list');
  return (data as { range: Record<string, Json>[] }).range.find((one) => one.name === name);
};
const usage = async (name = 'hosting') =>
  ((await here.call('ipv6_range_usage', { name })).data as { usage: Record<string, number> }).usage;
const zoneFile = () => readFileSync(join(here.state, 'root/var/lib/bind/whmapi1/bob.example.db'), 'utf8');
const quads = () =>
  zoneFile()
    .split('\n')
    .filter((line) => /\sAAAA\s/.test(line))
    .map((line) => line.split(/\s+/))
    .map((words) => `${words[0]} ${words.at(-1)}`);

describe('ipv6_enable_account', () => {
  it('assigns the next addresses of a range, and adds them to the interface', async () => {
    expect(await enable('bob, ann')).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'ipv6_enable_account' },
      data: { ipv6: { bob: whole('0000'), ann: whole('0001') } },
    });
    expect(await bound()).toEqual(['2001:db8:1::1:0/128', '2001:db8:1::1:1/128']);
    expect(await range()).toMatchObject({
      mostrecent: whole('0001'),
      range_users: ['ann', 'bob'],
      reclaimed: [],
    });
    expect(await usage()).toMatchObject({ used: 2, forbidden: 65536 });
  });

  it('shows the address of an account in accountsummary, listaccts and get_domain_info', async () => {
    await enable('bob');
    const addressesIn = async (name: string, args = {}) => {
      const { data } = await here.call(name, args);
      return (data as { acct: { user: string; ipv6: Json }[] }).acct.map(({ user, ipv6 }) => [user, ipv6]);
    };
    expect(await addressesIn('listaccts')).toEqual([
      ['ann', []],
      ['bob', [whole('0000')]],
      ['cat', []],
    ]);
    expect(await addressesIn('accountsummary', { user: 'bob' })).toEqual([['bob', [whole('0000')]]]);
    expect((await here.call('get_domain_info')).data).toMatchObject({
      domains: [{ ipv6: null }, { ipv6: whole('0000'), ipv6_is_dedicated: 1 }, { ipv6: null }],
    });
  });

  it('plans it in a dry run, and changes nothing', async () => {
    const { metadata } = await enable('bob', 'hosting', true);
    const messages = metadata.output?.messages ?? [];
    expect(messages.filter((line) => !/^[-+@]/.test(line))).toEqual([
      'Add to the network interfaces: 2001:db8:1::1:0/128 on eth0.',
      'Write the virtual hosts of “bob” in the configuration of Apache.',
    ]);
    expect(messages).toContain('+<VirtualHost *:80 [2001:db8:1::1:0]:80>');
    expect(await bound()).toEqual([]);
    expect(await range()).toMatchObject({ range_users: [], mostrecent: '' });
  });

  it('keeps the address of an account that has one, and adds it again if the interface lost it', async () => {
    await enable('bob');
    await (await here.engine.machine.addresses()).remove(['2001:db8:1::1:0']);
    const { metadata, data } = await enable('bob');
    expect(metadata.output?.messages).toEqual(['The account “bob” has 2001:db8:1::1:0 already.']);
    expect(data).toEqual({ ipv6: { bob: whole('0000') } });
    expect(await bound()).toEqual(['2001:db8:1::1:0/128']);
  });

  it('names the accounts that cannot get one, and continues with the others', async () => {
    await here.call('ipv6_range_add', { name: 'small', range: '2001:db8:2::8/127' });
    await enable('ann');
    const { data } = await enable('nobody1,ann,bob', 'small');
    expect(data).toEqual({
      ipv6: { bob: '2001:0db8:0002:0000:0000:0000:0000:0008' },
      fail_cnt: 2,
      failures: {
        nobody1: 'You do not have a user named “nobody1”.',
        ann: 'The account “ann” has 2001:db8:1::1:0 of the range “hosting”. Run ipv6_disable_account first.',
      },
    });
  });

  it('assigns a returned address when no other is left', async () => {
    await here.call('ipv6_range_add', { name: 'small', range: '2001:db8:2::8/127' });
    await enable('ann,bob', 'small');
    expect((await enable('cat', 'small')).metadata).toMatchObject({
      error_code: 'limit_reached',
      reason: 'The IPv6 range “small” has no free address.',
    });
    await disable('ann');
    expect((await range('small'))?.reclaimed).toEqual(['2001:0db8:0002:0000:0000:0000:0000:0008']);
    await enable('cat', 'small');
    expect(await range('small')).toMatchObject({
      ...{ reclaimed: [], range_users: ['bob', 'cat'] },
      mostrecent: '2001:0db8:0002:0000:0000:0000:0000:0008',
    });
  });

  it('shares the address of the server', async () => {
    expect((await enable('bob', 'SHARED')).metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'The server has no IPv6 address that accounts could share.',
    });
    here.ipv6Addresses = ['2001:db8::2'];
    const own = '2001:0db8:0000:0000:0000:0000:0000:0002';
    expect((await enable('bob,ann', 'SHARED')).data).toEqual({ ipv6: { bob: own, ann: own } });
    expect((await range('SHARED'))?.range_users).toEqual(['ann', 'bob']);
    expect(await bound()).toEqual(['2001:db8::2/64']);
    expect((await disable('bob')).metadata.result).toBe(1);
    expect(await range('SHARED')).toMatchObject({ range_users: ['ann'], reclaimed: [] });
    expect(await bound()).toEqual(['2001:db8::2/64']);
  });

  it('has an account with a dedicated IPv4 address answer at the address of the server too', async () => {
    here.ipv6Addresses = ['2001:db8::2'];
    await addAccounts(here, anAccount({ username: 'dan', ip: '192.0.2.9', settings: { dedicatedIp: true } }));
    const webOf = async (users: string) =>
      ((await enable(users, 'SHARED', true)).metadata.output?.messages ?? []).filter((line) =>
        /VirtualHost .*:80>|^Write the virtual/.test(line),
      );
    // The shared addresses serve the others already.
    expect(await webOf('bob,ann')).toEqual([]);
    expect(await webOf('bob,dan')).toEqual([
      'Write the virtual hosts of “dan” in the configuration of Apache.',
      '+<VirtualHost *:80 192.0.2.9:80>',
    ]);
  });

  it.each([
    ['bob', 'none', 'not_found'],
    ['bob', 'reserve', 'bad_param'],
    [' , ', 'hosting', 'bad_param'],
    ['nobody1', 'hosting', 'not_found'],
    ['root', 'hosting', 'not_found'],
  ])('rejects %j of %s', async (user, name, error_code) => {
    await here.call('ipv6_range_add', { name: 'reserve', range: '2001:db8:3::/64', enabled: '0' });
    expect((await enable(user, name)).metadata).toMatchObject({ result: 0, error_code });
    expect(await bound()).toEqual([]);
  });

  it('is for root only, as ipv6_disable_account is', async () => {
    const as = reseller('rita', 'edit-account', 'list-accts');
    for (const command of ['ipv6_enable_account', 'ipv6_disable_account']) {
      const { metadata } = await here.call(command, { user: 'bob', range: 'hosting' }, { as });
      expect(metadata.error_code).toBe('denied');
    }
  });
});

describe('ipv6_disable_account', () => {
  it('releases the address; the next one is another', async () => {
    await enable('bob,ann');
    expect(await disable('bob')).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'ipv6_disable_account' },
      data: {},
    });
    expect(await bound()).toEqual(['2001:db8:1::1:1/128']);
    expect(await range()).toMatchObject({ range_users: ['ann'], reclaimed: [whole('0000')] });
    expect(await usage()).toMatchObject({ used: 1 });
    expect((await enable('bob')).data).toEqual({ ipv6: { bob: whole('0002') } });
  });

  it('names the accounts that have none', async () => {
    await enable('bob');
    expect((await disable('bob,ann')).data).toEqual({
      fail_cnt: 1,
      failures: [{ name: 'ann', reason: 'The account “ann” has no IPv6 address.' }],
    });
    expect((await disable('bob')).metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'The account “bob” has no IPv6 address.',
    });
  });
});

describe('a range whose addresses accounts use', () => {
  it('cannot be removed, and can be renamed', async () => {
    await enable('bob,ann');
    expect((await here.call('ipv6_range_remove', { name: 'hosting' })).metadata).toMatchObject({
      error_code: 'bad_param',
      reason: 'The IPv6 range “hosting” is in use by “ann”, “bob”. Run ipv6_disable_account for them first.',
    });
    await disable('ann');
    await here.call('ipv6_range_edit', { name: 'hosting', new_name: 'sites' });
    expect(await range('sites')).toMatchObject({ range_users: ['bob'], reclaimed: [whole('0001')] });
    await disable('bob');
    expect((await here.call('ipv6_range_remove', { name: 'sites' })).metadata.result).toBe(1);
  });
});

describe('an account with an IPv6 address', () => {
  beforeEach(async () => {
    await here.call('createacct', { username: 'dan', domain: 'dan.example' });
    await enable('dan');
  });

  it('shows it in get_domain_info', async () => {
    here.ipv6Addresses = ['2001:db8::2'];
    await enable('ann', 'SHARED');
    const { data } = await here.call('get_domain_info');
    const { domains } = data as { domains: Record<string, Json>[] };
    const shown = domains.map((one) => [one.user, one.ipv6, one.ipv6_is_dedicated]);
    expect(shown).toEqual([
      ['ann', '2001:0db8:0000:0000:0000:0000:0000:0002', 0],
      ['bob', null, 0],
      ['cat', null, 0],
      ['dan', whole('0000'), 1],
    ]);
  });

  it('keeps it under another name', async () => {
    await here.call('modifyacct', { user: 'dan', newuser: 'dora' });
    expect(await range()).toMatchObject({ range_users: ['dora'] });
  });

  it('returns it when the account is removed', async () => {
    expect((await here.call('removeacct', { username: 'dan' })).metadata.result).toBe(1);
    expect(await bound()).toEqual([]);
    expect(await range()).toMatchObject({ range_users: [], reclaimed: [whole('0000')] });
  });
});

describe('the zone of an account', () => {
  beforeEach(async () => {
    await here.call('adddns', { domain: 'bob.example', ip: '192.0.2.1' });
    const add = (name: string, type: string, address: string) =>
      here.call('addzonerecord', { domain: 'bob.example', name, type, address });
    await add('shop', 'A', '192.0.2.1');
    await add('far', 'A', '198.51.100.7');
    await add('both', 'A', '192.0.2.1');
    await add('both', 'AAAA', '2001:db8:ffff::1');
  });

  it('gets AAAA records with the address, and loses them again', async () => {
    await enable('bob');
    const added = quads();
    expect(added).toContain('bob.example. 2001:db8:1::1:0');
    expect(added).toContain('shop.bob.example. 2001:db8:1::1:0');
    expect(added.filter((line) => line.startsWith('far'))).toEqual([]);
    expect(added.filter((line) => line.startsWith('both'))).toEqual(['both.bob.example. 2001:db8:ffff::1']);
    await disable('bob');
    expect(quads()).toEqual(['both.bob.example. 2001:db8:ffff::1']);
  });

  it('is not changed without the role DNS', async () => {
    here.isMachine = true;
    const before = zoneFile();
    await enable('bob');
    expect(zoneFile()).toBe(before);
  });
});
