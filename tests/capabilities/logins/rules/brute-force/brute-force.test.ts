import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { createApplication } from '../../../../../src/app/app.ts';
import { react } from '../../../../../src/capabilities/logins/rules/brute-force/brute-force.ts';
import { Logins, PretendedMachine } from '../../../../support/brute-force.ts';
import { Installation } from '../../../../support/installation.ts';
import { onSqlite } from '../../../../support/test-database.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FAR = '198.51.100.7';
const OTHER = '198.51.100.8';

let here: Installation;
let logins: Logins;
beforeEach(() => {
  here = new Installation();
  logins = new Logins(here);
});
afterEach(() => here.remove());

const set = async (settings: Record<string, string>) => {
  expect((await here.call('save_cphulk_config', settings)).metadata.reason).toBe('OK');
};
const list = async (list_name: 'white' | 'black', ...ip: string[]) => {
  expect((await here.call('create_cphulk_record', { list_name, ip })).data?.ips_failed).toEqual({});
};
const countOfFailures = async () =>
  ((await here.call('get_cphulk_failed_logins')).data?.failed_logins as unknown[]).length;

describe('an address', () => {
  it('is blocked by the fifth failed login within 15 minutes, for 15 minutes', async () => {
    await logins.failTimes(4, 'bob', FAR);
    expect(await logins.check('bob', FAR)).toBeUndefined();
    here.time += 14 * MINUTE;
    await logins.failTimes(1, 'alice', FAR);
    expect(await logins.check('carol', FAR)).toEqual({ kind: 'brute', until: here.time + 15 * MINUTE });
    expect(await logins.state('bob', OTHER)).toBe('free');
    here.time += 15 * MINUTE - 1;
    expect(await logins.state('bob', FAR)).toBe('brute');
    here.time += 1;
    expect(await logins.state('bob', FAR)).toBe('free');
  });

  it('is not blocked by failed logins that are further apart', async () => {
    await logins.failTimes(4, 'bob', FAR);
    here.time += 15 * MINUTE;
    await logins.failTimes(4, 'bob', FAR);
    expect(await logins.state('bob', FAR)).toBe('free');
  });

  it('starts from zero again after a block', async () => {
    await logins.failTimes(5, 'bob', FAR);
    here.time += 15 * MINUTE;
    await logins.failTimes(4, 'bob', FAR);
    expect(await logins.state('bob', FAR)).toBe('free');
    await logins.failTimes(1, 'bob', FAR);
    expect(await logins.state('bob', FAR)).toBe('brute');
  });

  it('uses the configured limit and period', async () => {
    await set({ max_failures_byip: '2', ip_brute_force_period_mins: '60' });
    await logins.failTimes(1, 'bob', FAR);
    here.time += 59 * MINUTE;
    await logins.failTimes(1, 'bob', FAR);
    expect(await logins.check('bob', FAR)).toEqual({ kind: 'brute', until: here.time + HOUR });
  });

  it('is blocked for a day by the thirtieth failed login within the lookback', async () => {
    for (let round = 0; round < 5; round++) {
      await logins.failTimes(5, 'bob', FAR);
      here.time += 15 * MINUTE;
    }
    await logins.failTimes(4, 'bob', FAR);
    expect(await logins.state('bob', FAR)).toBe('free');
    await logins.failTimes(1, 'bob', FAR);
    expect(await logins.check('bob', FAR)).toEqual({ kind: 'excessive', until: here.time + 24 * HOUR });
    here.time += 24 * HOUR;
    expect(await logins.state('bob', FAR)).toBe('free');
  });

  it('is not blocked for a day by failures before the lookback', async () => {
    await set({ mark_as_brute: '6', lookback_period_min: '30' });
    await logins.failTimes(5, 'bob', FAR);
    here.time += 30 * MINUTE;
    await logins.failTimes(5, 'bob', FAR);
    expect(await logins.state('bob', FAR)).toBe('brute');
    here.time += 15 * MINUTE;
    await logins.failTimes(1, 'bob', FAR);
    expect(await logins.state('bob', FAR)).toBe('excessive');
  });

  it('is no longer blocked if ip_based_protection is disabled, but existing blocks remain', async () => {
    await logins.failTimes(5, 'bob', FAR);
    await set({ ip_based_protection: '0' });
    await logins.failTimes(40, 'bob', OTHER);
    expect(await logins.state('bob', OTHER)).toBe('free');
    expect(await logins.state('bob', FAR)).toBe('brute');
  });

  it('of IPv6 is blocked with its /64, and no other', async () => {
    for (let last = 1; last <= 5; last++) await logins.failTimes(1, 'bob', `2001:db8:0:1::${last}`);
    expect(await logins.state('bob', '2001:db8:0:1:ffff:ffff:ffff:ffff')).toBe('brute');
    expect(await logins.state('bob', '2001:db8:0:2::1')).toBe('free');
    expect((await here.call('get_cphulk_brutes')).data?.brutes).toMatchObject([{ ip: '2001:db8:0:1::/64' }]);
  });

  it('is the same in every notation of a socket', async () => {
    await logins.failTimes(5, 'bob', `::ffff:${FAR}`);
    expect(await logins.state('bob', FAR)).toBe('brute');
    await logins.failTimes(5, 'bob', 'fe80::1%eth0');
    expect(await logins.state('bob', 'fe80::1')).toBe('brute');
  });

  it.each(['', 'server.example.com', '192.0.2', '198.51.100.7/32'])('is never “%s”', async (address) => {
    await expect(logins.check('bob', address)).rejects.toThrow(new TypeError('Invalid IP address.'));
    await expect(logins.fail({ user: 'bob', address })).rejects.toThrow(TypeError);
  });
});

describe('a repeated attempt', () => {
  const again = (password?: string, address = FAR, user = 'bob') => logins.fail({ user, address, password });

  it('is counted once in six hours', async () => {
    for (let time = 0; time < 10; time++) await again('my old password');
    expect(await countOfFailures()).toBe(1);
    here.time += 6 * HOUR - 1;
    await again('my old password');
    expect(await countOfFailures()).toBe(1);
    here.time += 1;
    await again('my old password');
    expect(await countOfFailures()).toBe(1);
    expect((await here.call('get_cphulk_failed_logins')).data?.failed_logins).toMatchObject([
      { logintime: '2026-03-01T18:00:10.000Z' },
    ]);
  });

  it('is counted again after six hours if failed logins are kept for longer', async () => {
    await set({ lookback_period_min: '1440' });
    await again('my old password');
    here.time += 6 * HOUR;
    await again('my old password');
    expect(await countOfFailures()).toBe(2);
  });

  it('is recognised again if failed logins are kept for less', async () => {
    await set({ lookback_period_min: '30' });
    await again('my old password');
    here.time += 5 * HOUR;
    await again('my old password');
    expect(await countOfFailures()).toBe(0);
  });

  it('is another one with another password, user or address', async () => {
    await again('one');
    await again('two');
    await again('one', OTHER);
    await again('one', FAR, 'alice');
    await again('');
    expect(await countOfFailures()).toBe(5);
  });

  it('is counted every time without a password', async () => {
    for (let time = 0; time < 5; time++) await again();
    expect(await logins.state('bob', FAR)).toBe('brute');
  });

  onSqlite('stores neither the password nor anything from which it could be guessed', async () => {
    await again('correct horse battery');
    const { createHash } = await import('node:crypto');
    const files = ['store.db', 'store.db-wal']
      .map((name) => join(here.state, name))
      .filter((path) => existsSync(path));
    const stored = Buffer.concat(files.map((path) => readFileSync(path)));
    expect(stored.includes('198.51.100.7')).toBe(false);
    expect(stored.includes('4c6336407')).toBe(true);
    const text = JSON.stringify(['4c6336407', 'bob', 'correct horse battery']);
    for (const secret of [
      Buffer.from('correct horse battery'),
      createHash('sha256').update('correct horse battery').digest(),
      createHash('sha256').update(text).digest(),
      Buffer.from(await here.engine.randomBytes(32)),
      Buffer.from(Buffer.from(await here.engine.randomBytes(32)).toString('base64')),
    ]) {
      expect(stored.includes(secret)).toBe(false);
    }
  });

  // With several servers, another one may have the key: tests/postgres/servers.test.ts.
  onSqlite(
    'is recognised with a new key if the key is lost, and is always counted if the old key is needed',
    async () => {
      here.overrides = { randomBytes: async (count) => crypto.getRandomValues(new Uint8Array(count)) };
      await again('one');
      const key = join(here.state, 'secret.key');
      renameSync(key, `${key}.lost`);
      await again('one');
      await again('one');
      expect(await countOfFailures()).toBe(2);
      await here.call('twofactorauth_set_tfa_config_for_user', {
        root: { primary_account: { secret: 'WJ73QJSKZBXCIFPZ' } },
      });
      renameSync(key, `${key}.lost`);
      await again('one');
      await again('one');
      expect(await countOfFailures()).toBe(4);
      expect(existsSync(key)).toBe(false);
    },
  );
});

describe('a successful login', () => {
  it('removes the user’s failures from the same address from the count, and keeps them in the list', async () => {
    await logins.failTimes(4, 'bob', FAR);
    await logins.succeed('bob', FAR);
    await logins.failTimes(4, 'bob', FAR);
    expect(await logins.state('bob', FAR)).toBe('free');
    expect(await countOfFailures()).toBe(8);
  });

  it('does not affect the failures of another user, or from elsewhere', async () => {
    await logins.failTimes(4, 'victim', FAR);
    await logins.succeed('attacker', FAR);
    await logins.succeed('victim', OTHER);
    await logins.failTimes(1, 'victim', FAR);
    expect(await logins.state('victim', FAR)).toBe('brute');
  });
});

describe('a user', () => {
  const everywhere = { username_based_protection: '1', username_based_protection_local_origin: '0' };
  const failFromEverywhere = async (times: number, user: string) => {
    for (let at = 0; at < times; at++) await logins.failTimes(1, user, `203.0.113.${at}`);
  };

  it('is not locked unless that is configured', async () => {
    await failFromEverywhere(40, 'bob');
    expect(await logins.state('bob', OTHER)).toBe('free');
  });

  it('is locked by the thirtieth failure within five minutes, for one minute each', async () => {
    await set(everywhere);
    await failFromEverywhere(29, 'bob');
    expect(await logins.state('bob', OTHER)).toBe('free');
    here.time += 5 * MINUTE - 1;
    await logins.failTimes(1, 'bob', FAR);
    expect(await logins.check('bob', OTHER)).toEqual({ kind: 'user', until: here.time + 30 * MINUTE });
    expect(await logins.state('alice', OTHER)).toBe('free');
    here.time += 30 * MINUTE;
    expect(await logins.state('bob', OTHER)).toBe('free');
  });

  it('is not locked by failures that are further apart', async () => {
    await set(everywhere);
    await failFromEverywhere(29, 'bob');
    here.time += 5 * MINUTE;
    await failFromEverywhere(29, 'bob');
    expect(await logins.state('bob', OTHER)).toBe('free');
  });

  it('is locked only for logins from the machine itself, if only those count', async () => {
    await set({ username_based_protection: '1', max_failures: '3', ip_based_protection: '0' });
    await failFromEverywhere(5, 'bob');
    await logins.failTimes(2, 'bob', '127.0.0.1');
    expect(await logins.state('bob', '127.0.0.1')).toBe('free');
    await logins.failTimes(1, 'bob', '192.0.2.2');
    expect(await logins.check('bob', '::1')).toEqual({ kind: 'user', until: here.time + 3 * MINUTE });
    expect(await logins.state('bob', '127.0.0.9')).toBe('user');
    expect(await logins.state('bob', OTHER)).toBe('free');
  });

  it('that is root is locked only if that is configured', async () => {
    await set({ ...everywhere, max_failures: '3' });
    await failFromEverywhere(3, 'root');
    expect(await logins.state('root', OTHER)).toBe('free');
    await set({ username_based_protection_for_root: '1' });
    await failFromEverywhere(1, 'root');
    expect(await logins.state('root', OTHER)).toBe('user');
  });

  it('stays locked if the protection is disabled meanwhile', async () => {
    await set({ ...everywhere, max_failures: '3' });
    await failFromEverywhere(3, 'bob');
    await set({ username_based_protection: '0' });
    expect(await logins.state('bob', OTHER)).toBe('user');
    await failFromEverywhere(3, 'alice');
    expect(await logins.state('alice', OTHER)).toBe('free');
  });

  it('can have any name', async () => {
    await set({ ...everywhere, max_failures: '3' });
    const name = `${'ü'.repeat(10_000)}\u0000\ud800`;
    await failFromEverywhere(3, name);
    expect(await logins.state(name, OTHER)).toBe('user');
    const { data } = await here.call('get_cphulk_user_brutes');
    expect(data?.user_brutes).toMatchObject([{ user: 'ü'.repeat(255) }]);
  });
});

describe('the lists', () => {
  it.each([
    ['an address', FAR, FAR, OTHER],
    ['a network', '198.51.100.0/29', FAR, OTHER],
    ['a range', '198.51.100.1-198.51.100.7', FAR, OTHER],
    ['an address of IPv6', '2001:db8::1', '2001:DB8:0:0::1', '2001:db8::2'],
    ['a network of IPv6', '2001:db8:1::/48', '2001:db8:1:ffff::9', '2001:db8:2::'],
    ['a range of IPv6', '2001:db8::5-2001:db8::9', '2001:db8::9', '2001:db8::a'],
    ['a network of mapped addresses', '::ffff:198.51.100.0/125', FAR, OTHER],
  ])('accept %s', async (_what, entry, within, outside) => {
    await set({ max_failures_byip: '1' });
    await list('white', entry);
    await logins.failTimes(1, 'bob', within);
    await logins.failTimes(1, 'bob', outside);
    // The /64 of both is blocked, and the allowed one is still accepted.
    expect([await logins.state('bob', within), await logins.state('bob', outside)]).toEqual([
      'free',
      'brute',
    ]);
    await list('black', entry);
    expect(await logins.state('bob', within)).toBe('free');
    await here.call('delete_cphulk_record', { list_name: 'white', ip: entry });
    expect(await logins.check('bob', within)).toEqual({ kind: 'blacklist', until: null });
  });

  it('do not apply to the other version of IP', async () => {
    await list('black', '::/0');
    expect(await logins.state('bob', FAR)).toBe('free');
    await list('black', '0.0.0.0/0');
    expect(await logins.state('bob', FAR)).toBe('blacklist');
  });

  it('allow an allow-listed address although its user is locked, and do not count its failures', async () => {
    const all = {
      username_based_protection: '1',
      username_based_protection_local_origin: '0',
      max_failures: '2',
    };
    await set(all);
    await list('white', FAR);
    await logins.failTimes(9, 'bob', FAR);
    expect(await logins.state('bob', OTHER)).toBe('free');
    await logins.failTimes(2, 'bob', OTHER);
    expect([await logins.state('bob', FAR), await logins.state('bob', '203.0.113.1')]).toEqual([
      'free',
      'user',
    ]);
  });
});

describe('without protection', () => {
  it('no login is blocked, and nothing is counted', async () => {
    await logins.failTimes(5, 'bob', FAR);
    await list('black', OTHER);
    await here.call('disable_cphulk');
    expect([await logins.state('bob', FAR), await logins.state('bob', OTHER)]).toEqual(['free', 'free']);
    await logins.failTimes(40, 'bob', '203.0.113.1');
    await here.call('enable_cphulk');
    expect(await logins.state('bob', '203.0.113.1')).toBe('free');
    expect([await logins.state('bob', FAR), await logins.state('bob', OTHER)]).toEqual([
      'brute',
      'blacklist',
    ]);
  });
});

describe('several processes', () => {
  it('agree on counts, blocks and attempts that they recognise', async () => {
    const application = createApplication(here.environment);
    const others = new Logins(here, application.engine.store);
    try {
      await logins.fail({ user: 'bob', address: FAR, password: 'one' });
      await others.fail({ user: 'bob', address: FAR, password: 'one' });
      expect(await countOfFailures()).toBe(1);
      await others.failTimes(2, 'alice', FAR);
      await logins.failTimes(2, 'bob', FAR);
      expect(await others.state('bob', FAR)).toBe('brute');
      await others.failTimes(5, 'alice', OTHER);
      expect(await logins.state('alice', OTHER)).toBe('brute');
    } finally {
      application.close();
    }
  });
});

describe('old records', () => {
  it('are deleted when the next failure is counted', async () => {
    await set({
      username_based_protection: '1',
      username_based_protection_local_origin: '0',
      max_failures: '2',
    });
    await logins.failTimes(5, 'bob', FAR);
    here.time += 7 * HOUR;
    await logins.failTimes(1, 'bob', OTHER);
    const counts = await here.engine.store.transaction('reads', async (db) => ({
      value: await Promise.all(
        ['login_failure', 'address_block', 'user_block'].map(
          async (table) => (await db.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`))?.n,
        ),
      ),
      keep: false,
    }));
    expect(counts).toEqual([1, 0, 0]);
  });
});

describe('a new block', () => {
  let machine: PretendedMachine;
  beforeEach(() => {
    machine = new PretendedMachine();
    machine.on(here);
  });
  const firewall = { block_brute_force_with_firewall: '1', block_excessive_brute_force_with_firewall: '1' };

  it('does not use the firewall unless that is configured', async () => {
    expect(await logins.failTimes(5, 'bob', FAR)).toEqual([
      { address: FAR, until: here.time + 15 * MINUTE, blocksWithFirewall: false, command: [] },
    ]);
    expect(await logins.failTimes(1, 'bob', FAR)).toEqual([]);
  });

  it('makes the firewall drop the packets of an address, for longer after more failures', async () => {
    const host = machine.on(here);
    await set({ ...firewall, mark_as_brute: '6' });
    expect(await react(host, await logins.failTimes(5, 'bob', FAR))).toEqual([]);
    expect([...machine.blocked]).toEqual([[FAR, here.time + 15 * MINUTE]]);
    expect(await react(host, await logins.failTimes(1, 'bob', FAR))).toEqual([]);
    expect([...machine.blocked]).toEqual([[FAR, here.time + 24 * HOUR]]);
    expect(await logins.failTimes(5, 'bob', FAR)).toEqual([]);
  });

  it.each([
    ['of the machine itself', '192.0.2.2'],
    ['of the loopback', '127.0.0.1'],
    ['whose /64 contains an allowed one', '2001:db8::99'],
  ])('does not use the firewall for an address %s', async (_what, address) => {
    await set(firewall);
    await list('white', '2001:db8::1');
    expect(await logins.failTimes(5, 'bob', address)).toMatchObject([{ blocksWithFirewall: false }]);
    expect(await logins.state('bob', address)).toBe('brute');
  });

  it('runs the command with the event, each value within its word', async () => {
    const host = machine.on(here);
    await set({
      command_to_run_on_brute_force: `/opt/tell 'a b' --ip=%remote_ip%/%ip_version% %user% "%reason%" %authservice%`,
      command_to_run_on_excessive_brute_force:
        '/opt/tell %exptime% %logintime% %current_failures% %max_allowed_failures% %excessive_failures%',
      mark_as_brute: '6',
    });
    await logins.failTimes(4, 'bob', FAR);
    await react(
      host,
      await logins.fail({ user: '--all; rm -r "/"', address: FAR, authentication: 'webmaild' }),
    );
    await react(host, await logins.failTimes(1, 'bob', FAR));
    expect(machine.ran).toEqual([
      [
        ...['/opt/tell', 'a b', '--ip=198.51.100.7/4', '_-all__rm_-r____'],
        ...['5 failed logins within 15 minutes.', 'webmaild'],
      ],
      ['/opt/tell', '1772452810', '1772366410', '6', '6', '1'],
    ]);
  });

  it('that could not be applied on the machine is kept, and reported', async () => {
    const host = machine.on(here);
    await set({ ...firewall, command_to_run_on_brute_force: '/opt/tell' });
    machine.isBroken = true;
    expect(await react(host, await logins.failTimes(5, 'bob', FAR))).toEqual([
      `The firewall does not block ${FAR}: It is broken.`,
      `The command on the block of ${FAR} was not run: It is broken.`,
    ]);
    expect(await logins.state('bob', FAR)).toBe('brute');
  });
});
