import type { Origin } from '../../src/core/context.ts';
import { root } from '../../src/app/app.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import type { Json } from '../../src/core/values.ts';
import { Logins, PretendedMachine } from '../support/brute-force.ts';
import { Installation } from '../support/installation.ts';

const MINUTE = 60_000;
const FAR = '198.51.100.7';

let here: Installation;
let logins: Logins;
beforeEach(() => {
  here = new Installation();
  logins = new Logins(here);
});
afterEach(() => {
  here.remove();
});

const create = (list_name: string, ip: Json, args = {}) =>
  here.call('create_cphulk_record', { list_name, ip, ...args });
const read = async (list_name: string) =>
  (await here.call('read_cphulk_records', { list_name })).data?.ips_in_list;
/** A call by root from another machine. */
const callFrom = (address: string, command: string, args: Record<string, Json>) => {
  const origin: Origin = { address, authentication: 'password' };
  const given = Object.entries(args).map(([name, value]) => ({ name, value }));
  return dispatch({ command, args: given, dryRun: false, origin }, root, here.engine);
};

describe('create_cphulk_record', () => {
  it('puts addresses, networks and ranges on a list', async () => {
    const ip = [
      '192.0.2.10',
      '198.51.100.0/24',
      '203.0.113.7 - 203.0.113.8',
      '2001:DB8:0::/48',
      '::ffff:192.0.2.11',
    ];
    const added = [
      '192.0.2.10',
      '198.51.100.0-198.51.100.255',
      '203.0.113.7-203.0.113.8',
      '2001:db8::-2001:db8:0:ffff:ffff:ffff:ffff:ffff',
      '192.0.2.11',
    ];
    expect(await create('white', ip, { comment: 'The office' })).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'create_cphulk_record' },
      data: {
        list_name: 'white',
        comment: 'The office',
        ips_added: added,
        ips_failed: {},
        ip_blocks_removed: 0,
        iptable_bans_removed: 0,
        requester_ip: '',
        requester_ip_is_whitelisted: 0,
      },
    });
    expect(await read('white')).toEqual(Object.fromEntries(added.map((one) => [one, 'The office'])));
    expect(await read('black')).toEqual({});
  });

  it('accepts numbered addresses, and the last comment for an address', async () => {
    await here.call('create_cphulk_record', {
      list_name: 'black',
      'ip-1': FAR,
      'ip-2': '192.0.2.1',
      comment: 'a',
    });
    await create('black', `${FAR}/32`, { comment: 'b' });
    expect(await read('black')).toEqual({ '192.0.2.1': 'a', [FAR]: 'b' });
  });

  it.each([
    '192.0.2',
    '192.0.2.256',
    '192.0.02.1',
    '0x7f.0.0.1',
    '192.0.2.1/33',
    '192.0.2.9-192.0.2.1',
    '192.0.2.1-2001:db8::1',
    '192.0.2.1-192.0.2.3-192.0.2.5',
    '2001:db8::/129',
    'fe80::1%eth0',
    'server.example.com',
    '-',
    '/24',
  ])('reports “%s” as invalid, and accepts the others', async (bad) => {
    const { metadata, data } = await create('white', [bad, FAR]);
    expect(metadata.result).toBe(1);
    expect(data).toMatchObject({
      ips_added: [FAR],
      ips_failed: { [bad]: `Invalid IP address or range: "${bad}"` },
    });
    expect(await read('white')).toEqual({ [FAR]: '' });
  });

  it('ends the blocks of allowed addresses, but not of blocked ones', async () => {
    await logins.failTimes(5, 'bob', FAR);
    await logins.failTimes(5, 'bob', '203.0.113.1');
    await logins.failTimes(5, 'bob', '2001:db8::1');
    expect((await create('black', FAR)).data).toMatchObject({ ip_blocks_removed: 0 });
    expect((await create('white', ['198.51.100.0/24', '2001:db8::77'])).data).toMatchObject({
      ip_blocks_removed: 2,
      iptable_bans_removed: 0,
    });
    expect((await here.call('get_cphulk_brutes')).data?.brutes).toMatchObject([{ ip: '203.0.113.1' }]);
    expect(await logins.state('bob', FAR)).toBe('free');
  });

  it('does not count expired blocks', async () => {
    await logins.failTimes(5, 'bob', FAR);
    here.time += 15 * MINUTE;
    expect((await create('white', FAR)).data).toMatchObject({ ip_blocks_removed: 0 });
  });

  it('removes allowed addresses from the firewall’s blocks', async () => {
    const machine = new PretendedMachine();
    machine.on(here);
    const until = here.time + 15 * MINUTE;
    for (const address of [FAR, '203.0.113.1', '2001:db8::/64']) machine.blocked.set(address, until);
    await logins.failTimes(5, 'bob', FAR);
    const rehearsed = await here.call(
      'create_cphulk_record',
      { list_name: 'white', ip: [FAR, '2001:db8::9'] },
      { dryRun: true },
    );
    expect(rehearsed.metadata.output?.messages).toEqual([
      `Unblock ${FAR} in the firewall.`,
      'Unblock 2001:db8::/64 in the firewall.',
    ]);
    expect(machine.blocked.size).toBe(3);
    expect((await create('white', [FAR, '2001:db8::9'], { comment: 'Us' })).data).toMatchObject({
      ips_added: [FAR, '2001:db8::9'],
      ip_blocks_removed: 1,
      iptable_bans_removed: 2,
    });
    expect([...machine.blocked.keys()]).toEqual(['203.0.113.1']);
    expect(await read('white')).toEqual({ [FAR]: 'Us', '2001:db8::9': 'Us' });
    expect(await logins.state('bob', FAR)).toBe('free');
    expect((await here.call('get_cphulk_brutes')).data?.brutes).toEqual([]);
  });

  it('changes nothing if the firewall fails', async () => {
    const machine = new PretendedMachine();
    machine.on(here);
    machine.blocked.set(FAR, here.time + 15 * MINUTE);
    await logins.failTimes(5, 'bob', FAR);
    machine.isBroken = true;
    expect((await create('white', FAR)).metadata.result).toBe(0);
    machine.isBroken = false;
    expect(await read('white')).toEqual({});
    expect(await logins.state('bob', FAR)).toBe('brute');
  });

  it('returns the address of the caller, and warns if it is now blocked', async () => {
    expect((await callFrom(FAR, 'create_cphulk_record', { list_name: 'white', ip: FAR })).data).toMatchObject(
      {
        requester_ip: FAR,
        requester_ip_is_whitelisted: 1,
      },
    );
    const range = { list_name: 'black', ip: '198.51.100.0/24' };
    const safe = await callFrom(FAR, 'create_cphulk_record', range);
    expect(safe.metadata.output).toBeUndefined();
    const { metadata, data } = await callFrom('198.51.100.8', 'create_cphulk_record', range);
    expect(data).toMatchObject({ requester_ip: '198.51.100.8', requester_ip_is_whitelisted: 0 });
    expect(metadata.output?.warnings).toEqual([
      'Your own address, 198.51.100.8, is now on the block list: you cannot log in again.',
    ]);
  });

  it('rejects an unknown list, and a comment that is too long', async () => {
    expect((await create('grey', FAR, { comment: 'a'.repeat(256) })).metadata.reason).toBe(
      'The parameter “list_name” should be “white” or “black”, not “grey”. ' +
        `The parameter “comment” should be text on one line, without control characters, at most 255 characters, not “${'a'.repeat(79)}…”.`,
    );
  });
});

describe('delete_cphulk_record', () => {
  const remove = (list_name: string, ip: Json) => here.call('delete_cphulk_record', { list_name, ip });

  it('removes records, however they are written, and reports failures', async () => {
    await create('white', ['192.0.2.0/24', FAR, '2001:db8::1']);
    expect(
      await remove('white', ['192.0.2.0-192.0.2.255', '2001:DB8::0:1', '192.0.2.5', 'nonsense']),
    ).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'delete_cphulk_record' },
      data: {
        list_name: 'white',
        ips_removed: ['192.0.2.0-192.0.2.255', '2001:db8::1'],
        ips_failed: {
          nonsense: 'Invalid IP address or range: "nonsense"',
          '192.0.2.5': 'The white list has no such record. Run read_cphulk_records to list its records.',
        },
        requester_ip: '',
        requester_ip_is_whitelisted: 0,
      },
    });
    expect(await read('white')).toEqual({ [FAR]: '' });
  });

  it('does not change the other list', async () => {
    await create('black', FAR);
    expect((await remove('white', FAR)).data).toMatchObject({ ips_removed: [] });
    expect(await read('black')).toEqual({ [FAR]: '' });
  });
});

describe('read_cphulk_records', () => {
  it('returns a list, and the address of the caller', async () => {
    await create('white', ['203.0.113.0/24', '192.0.2.1'], { comment: 'Us' });
    const { data } = await callFrom('203.0.113.77', 'read_cphulk_records', { list_name: 'white' });
    expect(data).toEqual({
      list_name: 'white',
      ips_in_list: { '192.0.2.1': 'Us', '203.0.113.0-203.0.113.255': 'Us' },
      requester_ip: '203.0.113.77',
      requester_ip_is_whitelisted: 1,
    });
  });

  it('warns a caller who is not on the allow list', async () => {
    const { data } = await callFrom(FAR, 'read_cphulk_records', { list_name: 'black' });
    expect(data).toEqual({
      list_name: 'black',
      ips_in_list: {},
      requester_ip: FAR,
      requester_ip_is_whitelisted: 0,
      warning_ip: `Your own address, ${FAR}, is not on the allow list, so failed logins can block it.`,
    });
  });
});

describe.each([
  ['create_cphulk_record', { list_name: 'white', ip: FAR }],
  ['delete_cphulk_record', { list_name: 'white', ip: FAR }],
  ['read_cphulk_records', { list_name: 'white' }],
])('%s', (command, args) => {
  it('fails if the protection is disabled, unless the check is skipped', async () => {
    await here.call('disable_cphulk');
    expect((await here.call(command, args)).metadata).toMatchObject({
      result: 0,
      error_code: 'disabled',
      reason: 'cPHulk is disabled on the server.',
    });
    expect((await here.call(command, { ...args, skip_enabled_check: '1' })).metadata.result).toBe(1);
  });
});

describe('get_cphulk_failed_logins', () => {
  it('lists the attempts within the lookback period, most recent first', async () => {
    await logins.fail({ user: 'alice', address: FAR });
    here.time += 359 * MINUTE;
    await logins.fail({ user: 'bob', address: '2001:db8::1', service: 'mail', authentication: 'dovecot' });
    const { data } = await here.call('get_cphulk_failed_logins');
    expect(data).toEqual({
      failed_logins: [
        {
          user: 'bob',
          ip: '2001:db8::1',
          service: 'mail',
          authservice: 'dovecot',
          logintime: '2026-03-01T17:59:10.000Z',
          exptime: '2026-03-01T23:59:10.000Z',
          timeleft: 360,
        },
        {
          user: 'alice',
          ip: FAR,
          service: 'system',
          authservice: 'whostmgrd',
          logintime: '2026-03-01T12:00:10.000Z',
          exptime: '2026-03-01T18:00:10.000Z',
          timeleft: 1,
        },
      ],
    });
    here.time += MINUTE;
    expect((await here.call('get_cphulk_failed_logins')).data?.failed_logins).toHaveLength(1);
  });

  it('is filtered and sorted like other lists', async () => {
    for (const user of ['carol', 'alice', 'bob']) await logins.failTimes(1, user, FAR);
    const { data } = await here.call('get_cphulk_failed_logins', {
      'api.filter.enable': '1',
      'api.filter.a.field': 'user',
      'api.filter.a.type': 'contains',
      'api.filter.a.arg0': 'o',
      'api.sort.enable': '1',
      'api.sort.a.field': 'user',
    });
    expect(data?.failed_logins).toMatchObject([{ user: 'bob' }, { user: 'carol' }]);
  });
});

describe('get_cphulk_brutes and get_cphulk_excessive_brutes', () => {
  it('list the addresses that are blocked for minutes, and for a day', async () => {
    await here.call('save_cphulk_config', { mark_as_brute: '6' });
    await logins.failTimes(5, 'bob', FAR);
    here.time += 90_000;
    await logins.failTimes(6, 'bob', '203.0.113.1');
    const minutes = {
      logintime: '2026-03-01T12:01:40.000Z',
      exptime: '2026-03-01T12:16:40.000Z',
      timeleft: 15,
    };
    expect((await here.call('get_cphulk_brutes')).data).toEqual({
      brutes: [
        { ip: '203.0.113.1', notes: '5 failed logins within 15 minutes.', ...minutes },
        {
          ip: FAR,
          notes: '5 failed logins within 15 minutes.',
          logintime: '2026-03-01T12:00:10.000Z',
          exptime: '2026-03-01T12:15:10.000Z',
          timeleft: 14,
        },
      ],
    });
    expect((await here.call('get_cphulk_excessive_brutes')).data).toEqual({
      excessive_brutes: [
        {
          ip: '203.0.113.1',
          notes: '6 failed logins within 360 minutes.',
          logintime: '2026-03-01T12:01:40.000Z',
          exptime: '2026-03-02T12:01:40.000Z',
          timeleft: 1440,
        },
      ],
    });
    here.time += 15 * MINUTE;
    expect((await here.call('get_cphulk_brutes')).data).toEqual({ brutes: [] });
  });
});

describe('get_cphulk_user_brutes', () => {
  it('lists the locked users, with the login that triggered each lock', async () => {
    const settings = {
      username_based_protection: '1',
      username_based_protection_local_origin: '0',
      max_failures: '2',
    };
    await here.call('save_cphulk_config', settings);
    await logins.failTimes(1, 'bob', FAR);
    await logins.fail({ user: 'bob', address: '203.0.113.1', service: 'mail', authentication: 'dovecot' });
    expect((await here.call('get_cphulk_user_brutes')).data).toEqual({
      user_brutes: [
        {
          user: 'bob',
          ip: '203.0.113.1',
          service: 'mail',
          authservice: 'dovecot',
          logintime: '2026-03-01T12:00:10.000Z',
          exptime: '2026-03-01T12:02:10.000Z',
          timeleft: 2,
        },
      ],
    });
    here.time += 2 * MINUTE;
    expect((await here.call('get_cphulk_user_brutes')).data).toEqual({ user_brutes: [] });
  });
});

describe('flush_cphulk_login_history', () => {
  it('deletes failures and blocks, also in the firewall, and keeps the lists', async () => {
    const machine = new PretendedMachine();
    machine.on(here);
    await create('black', '203.0.113.1');
    await logins.failTimes(5, 'bob', FAR);
    machine.blocked.set(FAR, here.time + 15 * MINUTE);
    machine.blocked.set('2001:db8::/64', here.time + 15 * MINUTE);
    expect((await here.call('flush_cphulk_login_history')).data).toEqual({ records_removed: 6 });
    expect(machine.blocked.size).toBe(0);
    expect(await logins.state('bob', FAR)).toBe('free');
    expect((await here.call('get_cphulk_failed_logins')).data).toEqual({ failed_logins: [] });
    expect(await read('black')).toEqual({ '203.0.113.1': '' });
    expect((await here.call('flush_cphulk_login_history')).data).toEqual({ records_removed: 0 });
  });

  it('works without a firewall, and saves nothing in a dry run', async () => {
    await logins.failTimes(5, 'bob', FAR);
    await here.call('flush_cphulk_login_history', {}, { dryRun: true });
    expect(await logins.state('bob', FAR)).toBe('brute');
    expect((await here.call('flush_cphulk_login_history')).data).toEqual({ records_removed: 6 });
    expect(await logins.state('bob', FAR)).toBe('free');
  });
});

describe('flush_cphulk_login_history_for_ips', () => {
  it('deletes only the history of these addresses', async () => {
    const machine = new PretendedMachine();
    machine.on(here);
    for (const address of [FAR, '203.0.113.1']) {
      await logins.failTimes(5, 'bob', address);
      machine.blocked.set(address, here.time + 15 * MINUTE);
    }
    const { data } = await here.call('flush_cphulk_login_history_for_ips', { ip: FAR });
    expect(data).toEqual({ records_removed: 6, iptable_bans_removed: 1 });
    expect([...machine.blocked.keys()]).toEqual(['203.0.113.1']);
    expect([await logins.state('bob', FAR), await logins.state('bob', '203.0.113.1')]).toEqual([
      'free',
      'brute',
    ]);
    await logins.failTimes(4, 'bob', FAR);
    expect(await logins.state('bob', FAR)).toBe('free');
  });

  it('accepts networks, and for IPv6 the /64 that was blocked as one', async () => {
    for (let last = 1; last <= 5; last++) await logins.failTimes(1, 'bob', `2001:db8::${last}`);
    await logins.failTimes(5, 'bob', FAR);
    const { data } = await here.call('flush_cphulk_login_history_for_ips', {
      ip: ['2001:db8::9', '198.51.100.0/24'],
    });
    expect(data).toEqual({ records_removed: 12, iptable_bans_removed: 0 });
    expect((await here.call('get_cphulk_failed_logins')).data).toEqual({ failed_logins: [] });
  });

  it('rejects invalid addresses, and deletes nothing', async () => {
    await logins.failTimes(5, 'bob', FAR);
    const { metadata } = await here.call('flush_cphulk_login_history_for_ips', { ip: [FAR, 'a', 'b'] });
    expect(metadata).toMatchObject({
      error_code: 'bad_param',
      reason: 'Invalid IP address or range: "a". Invalid IP address or range: "b".',
    });
    expect(await logins.state('bob', FAR)).toBe('brute');
  });
});
