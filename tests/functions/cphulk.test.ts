import { root } from '../../src/app/app.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import { Logins, PretendedMachine } from '../support/brute-force.ts';
import { pretendCountries } from '../support/countries.ts';
import { Installation, reseller } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => {
  here.remove();
});

const DISABLED = 'cPHulk is disabled on the server.';
const isEnabled = async () => (await here.call('cphulk_status')).data;
const load = async () =>
  (await here.call('load_cphulk_config')).data?.cphulk_config as Record<string, unknown>;
const setKey = (key: string, value: string) => here.call('set_cphulk_config_key', { key, value });

const defaults = {
  is_enabled: 1,
  can_temp_ban_firewall: 0,
  ip_based_protection: 1,
  max_failures_byip: 5,
  ip_brute_force_period_mins: 15,
  ip_brute_force_period_sec: 900,
  mark_as_brute: 30,
  lookback_period_min: 360,
  lookback_time: 21_600,
  username_based_protection: 0,
  username_based_protection_local_origin: 1,
  username_based_protection_for_root: 0,
  max_failures: 30,
  brute_force_period_mins: 5,
  brute_force_period_sec: 300,
  block_brute_force_with_firewall: 0,
  block_excessive_brute_force_with_firewall: 0,
  command_to_run_on_brute_force: '',
  command_to_run_on_excessive_brute_force: '',
  country_whitelist: '',
  country_blacklist: '',
  notify_on_brute: 0,
  notify_on_root_login: 0,
  notify_on_root_login_for_known_netblock: 0,
};

describe.each([
  ['cphulk_status', {}],
  ['create_cphulk_record', { list_name: 'white', ip: '192.0.2.1' }],
  ['delete_cphulk_record', { list_name: 'white', ip: '192.0.2.1' }],
  ['disable_cphulk', {}],
  ['enable_cphulk', {}],
  ['flush_cphulk_login_history', {}],
  ['flush_cphulk_login_history_for_ips', { ip: '192.0.2.1' }],
  ['get_countries_with_known_ip_ranges', {}],
  ['get_cphulk_brutes', {}],
  ['get_cphulk_excessive_brutes', {}],
  ['get_cphulk_failed_logins', {}],
  ['get_cphulk_user_brutes', {}],
  ['load_cphulk_config', {}],
  ['read_cphulk_records', { list_name: 'white' }],
  ['save_cphulk_config', {}],
  ['set_cphulk_config_key', { key: 'is_enabled', value: '0' }],
])('%s', (command, args) => {
  it('is for root only', async () => {
    const { metadata } = await here.call(command, args, {
      as: reseller('bob', 'all-but-all', 'edit-account'),
    });
    expect(metadata).toMatchObject({
      error_code: 'denied',
      reason: `You may not call “${command}”. Only root may call it.`,
    });
  });
});

describe('cphulk_status', () => {
  it('is enabled in a new installation', async () => {
    expect(await isEnabled()).toEqual({ service: 'cPHulk', is_enabled: 1 });
  });
});

describe('disable_cphulk and enable_cphulk', () => {
  it('turn it off and on', async () => {
    expect(await here.call('disable_cphulk')).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'disable_cphulk' },
    });
    expect(await isEnabled()).toEqual({ service: 'cPHulk', is_enabled: 0 });
    expect((await here.call('enable_cphulk')).metadata).toEqual({
      ...{ version: 1, reason: 'OK', result: 1, command: 'enable_cphulk' },
    });
    expect(await isEnabled()).toEqual({ service: 'cPHulk', is_enabled: 1 });
  });

  it('say so if there is nothing to change', async () => {
    expect((await here.call('enable_cphulk')).metadata.output?.messages).toEqual([
      'The protection was already enabled.',
    ]);
    await here.call('disable_cphulk');
    expect((await here.call('disable_cphulk')).metadata.output?.messages).toEqual([
      'The protection was already disabled.',
    ]);
  });

  it('save nothing in a dry run', async () => {
    await here.call('disable_cphulk', {}, { dryRun: true });
    expect(await isEnabled()).toEqual({ service: 'cPHulk', is_enabled: 1 });
  });

  it('do not change the settings', async () => {
    await here.call('save_cphulk_config', { max_failures_byip: '7' });
    await here.call('disable_cphulk');
    await here.call('enable_cphulk');
    expect(await load()).toEqual({ ...defaults, max_failures_byip: 7 });
  });

  it('warn about the blocks that remain in the firewall', async () => {
    const machine = new PretendedMachine();
    machine.on(here);
    machine.blocked.set('198.51.100.7', here.time + 60_000);
    expect((await here.call('disable_cphulk')).metadata.output?.warnings).toEqual([
      'The firewall keeps a block until it expires. To lift the blocks, call flush_cphulk_login_history.',
    ]);
  });
});

describe('load_cphulk_config', () => {
  it('returns the defaults that WHM documents', async () => {
    expect(await load()).toEqual(defaults);
  });

  it('says whether there is a firewall', async () => {
    new PretendedMachine().on(here);
    expect(await load()).toMatchObject({ can_temp_ban_firewall: 1 });
  });
});

describe('save_cphulk_config', () => {
  it('sets the given values, keeps the others, and returns all', async () => {
    await here.call('save_cphulk_config', { mark_as_brute: '50', username_based_protection: '1' });
    const { data } = await here.call('save_cphulk_config', {
      lookback_period_min: '1440',
      ip_brute_force_period_mins: '30',
      brute_force_period_mins: '10',
      ip_based_protection: '0',
    });
    const expected = {
      ...defaults,
      mark_as_brute: 50,
      username_based_protection: 1,
      lookback_period_min: 1440,
      lookback_time: 86_400,
      ip_brute_force_period_mins: 30,
      ip_brute_force_period_sec: 1800,
      brute_force_period_mins: 10,
      brute_force_period_sec: 600,
      ip_based_protection: 0,
    };
    expect(data).toEqual({ cphulk_config: expected });
    expect(await load()).toEqual(expected);
  });

  it('names every invalid value', async () => {
    const { metadata } = await here.call('save_cphulk_config', {
      max_failures: '0',
      brute_force_period_mins: '1441',
      notify_on_brute: 'maybe',
    });
    expect(metadata).toMatchObject({
      error_code: 'bad_param',
      reason:
        'The parameter “max_failures” should be a whole number from 1 to 100000, not “0”. ' +
        'The parameter “brute_force_period_mins” should be a whole number from 1 to 1440, not “1441”. ' +
        'The parameter “notify_on_brute” should be 1 or 0, not “maybe”.',
    });
    expect(await load()).toEqual(defaults);
  });

  it('fails if the protection is disabled, unless the check is skipped', async () => {
    await here.call('disable_cphulk');
    const { metadata } = await here.call('save_cphulk_config', { max_failures: '9' });
    expect(metadata).toMatchObject({ result: 0, error_code: 'disabled', reason: DISABLED });
    const forced = await here.call('save_cphulk_config', { max_failures: '9', skip_enabled_check: '1' });
    expect(forced.metadata.result).toBe(1);
    expect(await load()).toEqual({ ...defaults, is_enabled: 0, max_failures: 9 });
  });

  it('stores a command as it was written, and removes it', async () => {
    new PretendedMachine().on(here);
    const command = `/opt/tell 'a  b' --ip="%remote_ip%"`;
    const { metadata } = await here.call('save_cphulk_config', { command_to_run_on_brute_force: command });
    expect(metadata).toEqual({ version: 1, reason: 'OK', result: 1, command: 'save_cphulk_config' });
    expect(await load()).toMatchObject({ command_to_run_on_brute_force: command });
    await here.call('save_cphulk_config', { command_to_run_on_brute_force: '' });
    expect(await load()).toMatchObject({ command_to_run_on_brute_force: '' });
  });

  it.each([
    ['echo BRUTE | mail root', '“|”'],
    ['echo BRUTE >> /root/log', '“>>”'],
    ['tell %user%; id', '“%user%;”'],
    ['tell $(id)', '“$(id)”'],
    ['tell "$HOME"', '“$HOME”'],
    ['tell `id`', '“`id`”'],
    ['tell &', '“&”'],
    ['tell 2>/dev/null', '“2>/dev/null”'],
  ])('rejects “%s”, which only a shell would understand', async (command, word) => {
    const { metadata } = await here.call('save_cphulk_config', {
      command_to_run_on_excessive_brute_force: command,
    });
    expect(metadata).toMatchObject({
      error_code: 'bad_param',
      reason:
        '“command_to_run_on_excessive_brute_force” should be a program with its arguments. It runs without a ' +
        `shell, so ${word} has no special meaning. Use a script instead.`,
    });
  });

  it.each(['tell "half', "tell 'half", 'tell half\\'])('rejects the open quote of “%s”', async (command) => {
    expect((await setKey('command_to_run_on_brute_force', command)).metadata).toMatchObject({
      error_code: 'bad_param',
      reason: '“command_to_run_on_brute_force” should close every quote, and not end with a backslash.',
    });
  });

  it('rejects an unknown placeholder', async () => {
    expect((await setKey('command_to_run_on_brute_force', 'tell %ip%')).metadata).toMatchObject({
      error_code: 'bad_param',
      reason:
        '“command_to_run_on_brute_force” has no placeholder “%ip%”: there are %exptime%, %max_allowed_failures%, ' +
        '%current_failures%, %excessive_failures%, %reason%, %remote_ip%, %authservice%, %user%, %logintime% or ' +
        '%ip_version%.',
    });
    expect((await setKey('command_to_run_on_brute_force', 'date +%Y 100%')).metadata.result).toBe(1);
  });

  it('warns about values that are stored and have no effect here', async () => {
    const { metadata } = await here.call('save_cphulk_config', {
      block_brute_force_with_firewall: '1',
      command_to_run_on_brute_force: '/opt/tell',
      notify_on_brute: '1',
      notify_on_root_login: '1',
    });
    expect(metadata.output?.warnings).toEqual([
      'There is no firewall that this program can use, so addresses are blocked only for logins. The firewall ' +
        'requires root on Linux and the package nftables.',
      'The command is stored, but a sandbox does not run it.',
      'This server does not notify of logins of root yet. The setting is saved but has no effect.',
    ]);
    expect((await here.call('save_cphulk_config', { max_failures: '9' })).metadata.output).toBeUndefined();
  });
});

describe('set_cphulk_config_key', () => {
  it('sets one setting, and returns all', async () => {
    const { data } = await setKey('max_failures_byip', '10');
    expect(data).toEqual({ cphulk_config: { ...defaults, max_failures_byip: 10 } });
    expect(await load()).toEqual({ ...defaults, max_failures_byip: 10 });
  });

  it.each([
    ['is_enabled', '0', { is_enabled: 0 }],
    ['notify_on_root_login_for_known_netblock', '1', { notify_on_root_login_for_known_netblock: 1 }],
    ['brute_force_period_sec', '600', { brute_force_period_mins: 10, brute_force_period_sec: 600 }],
    ['ip_brute_force_period_sec', '60', { ip_brute_force_period_mins: 1, ip_brute_force_period_sec: 60 }],
    ['lookback_time', '86400', { lookback_period_min: 1440, lookback_time: 86_400 }],
    ['country_whitelist', 'us, au,US', { country_whitelist: 'AU,US' }],
    ['country_blacklist', '', {}],
    ['command_to_run_on_brute_force', '/opt/tell', { command_to_run_on_brute_force: '/opt/tell' }],
  ])('accepts %s=%s', async (key, value, changed) => {
    pretendCountries(here);
    expect((await setKey(key, value)).metadata.result).toBe(1);
    expect(await load()).toEqual({ ...defaults, ...changed });
  });

  it('accepts a number or a boolean of a JSON body', async () => {
    await here.call('set_cphulk_config_key', { key: 'mark_as_brute', value: 40 });
    await here.call('set_cphulk_config_key', { key: 'username_based_protection', value: true });
    expect(await load()).toEqual({ ...defaults, mark_as_brute: 40, username_based_protection: 1 });
  });

  it.each([
    ['is_enabled', 'on', 'The value of “is_enabled” should be 1 or 0, not “on”.'],
    [
      'mark_as_brute',
      '-1',
      'The value of “mark_as_brute” should be a whole number from 1 to 100000, not “-1”.',
    ],
    ['max_failures', '', 'The value of “max_failures” should be a whole number from 1 to 100000, not “”.'],
    [
      'lookback_time',
      '90',
      'The value of “lookback_time” should be whole minutes in seconds: a multiple of 60 from 60 to 2592000, not “90”.',
    ],
    ...['USA', 'QQ', "A'", 'AU,'].map((value): [string, string, string] => [
      'country_blacklist',
      value,
      'The value of “country_blacklist” should be a comma-separated list of two-letter country codes (ISO ' +
        `3166-1), such as “AU,US”, not “${value}”.`,
    ]),
  ])('rejects %s=%s', async (key, value, reason) => {
    pretendCountries(here);
    expect((await setKey(key, value)).metadata).toMatchObject({ error_code: 'bad_param', reason });
    expect(await load()).toEqual(defaults);
  });

  it('rejects an unknown key', async () => {
    const { metadata } = await setKey('constructor', '1');
    expect(metadata.error_code).toBe('bad_param');
    expect(metadata.reason).toMatch(
      /^The parameter “key” should be “block_brute_force_with_firewall”, .* or /,
    );
  });

  it('requires the value', async () => {
    const { metadata } = await here.call('set_cphulk_config_key', { key: 'max_failures' });
    expect(metadata).toMatchObject({
      error_code: 'missing_param',
      reason: 'The parameter “value” is required: the new value of “max_failures”.',
    });
  });

  describe('countries', () => {
    const set = async (list: 'black' | 'white', countries: string) => {
      const { metadata } = await setKey(`country_${list}list`, countries);
      await runTasks(here);
      return metadata;
    };

    it('without their database, the call says what to install, and changes nothing', async () => {
      expect((await setKey('country_blacklist', 'AU')).metadata).toMatchObject({
        error_code: 'host_failed',
        reason: expect.stringContaining('apt-get install location libloc-database') as string,
      });
      expect(await load()).toEqual(defaults);
      expect((await setKey('country_blacklist', '')).metadata.result).toBe(1);
    });

    it('logins from a refused country are refused, except from allowed addresses and countries', async () => {
      pretendCountries(here);
      const logins = new Logins(here);
      expect((await set('black', 'AU,CN')).result).toBe(1);
      for (const address of ['1.0.0.0', '1.0.1.255', '1.0.3.255', '::ffff:1.0.2.1', '2001:db8:1::9'])
        expect([address, await logins.state('bob', address)]).toEqual([address, 'country']);
      for (const address of ['0.255.255.255', '1.0.4.0', '2001:db8:2::', '127.0.0.1', '10.0.0.1'])
        expect([address, await logins.state('bob', address)]).toEqual([address, 'free']);
      await here.call('create_cphulk_record', { list_name: 'white', ip: '1.0.0.7' });
      expect(await logins.state('bob', '1.0.0.7')).toBe('free');
      await set('white', 'CN');
      expect(await logins.state('bob', '1.0.2.1')).toBe('free');
      await setKey('country_blacklist', '');
      expect(await logins.state('bob', '1.0.0.0')).toBe('free');
      await set('black', 'AU');
      await here.call('disable_cphulk');
      expect(await logins.state('bob', '1.0.0.0')).toBe('free');
    });

    it('failures from an allowed country are not counted, and its blocks end', async () => {
      pretendCountries(here);
      const logins = new Logins(here);
      await logins.failTimes(5, 'bob', '1.0.0.1');
      expect(await logins.state('bob', '1.0.0.1')).toBe('brute');
      await set('white', 'AU');
      expect(await logins.state('bob', '1.0.0.1')).toBe('free');
      await logins.failTimes(100, 'bob', '1.0.0.1');
      expect(await logins.state('bob', '1.0.0.1')).toBe('free');
      expect((await here.call('get_cphulk_failed_logins')).data?.failed_logins).toHaveLength(5);
      await here.call('create_cphulk_record', { list_name: 'black', ip: '1.0.0.1' });
      expect(await logins.state('bob', '1.0.0.1')).toBe('blacklist');
    });

    it('ZZ is what no country has, without private networks and this server', async () => {
      pretendCountries(here);
      const logins = new Logins(here);
      await set('black', 'ZZ');
      for (const address of ['1.0.4.0', '2001:db8:2::'])
        expect([address, await logins.state('bob', address)]).toEqual([address, 'country']);
      for (const address of ['1.0.0.1', '10.1.2.3', '192.168.0.1', '127.0.0.1', '::1', 'fe80::1', 'fd00::1'])
        expect([address, await logins.state('bob', address)]).toEqual([address, 'free']);
    });

    it('warns a caller who may be shut out', async () => {
      pretendCountries(here);
      const warnings = async () => {
        const args = [
          { name: 'key', value: 'country_blacklist' },
          { name: 'value', value: 'AU' },
        ];
        const origin = { address: '1.0.0.9', authentication: 'password' };
        const call = { command: 'set_cphulk_config_key', args, dryRun: false, origin };
        return (await dispatch(call, root, here.engine)).metadata.output?.warnings;
      };
      expect(await warnings()).toEqual([
        expect.stringContaining('create_cphulk_record list_name=white ip=1.0.0.9'),
      ]);
      await here.call('create_cphulk_record', { list_name: 'white', ip: '1.0.0.9' });
      expect(await warnings()).toBeUndefined();
    });
  });

  it('warns about firewall, commands and notifications as save_cphulk_config does', async () => {
    expect(
      (await setKey('block_excessive_brute_force_with_firewall', '1')).metadata.output?.warnings,
    ).toHaveLength(1);
    expect(
      (await setKey('command_to_run_on_brute_force', '/opt/tell')).metadata.output?.warnings,
    ).toHaveLength(1);
    expect((await setKey('notify_on_root_login', '1')).metadata.output?.warnings).toHaveLength(1);
  });
});

describe('get_countries_with_known_ip_ranges', () => {
  it('returns those of the database', async () => {
    const { data, metadata } = await here.call('get_countries_with_known_ip_ranges');
    expect(data).toEqual({ countries: [] });
    expect(metadata.output?.warnings).toEqual([expect.stringContaining('apt-get install location')]);
    pretendCountries(here);
    expect((await here.call('get_countries_with_known_ip_ranges')).data).toEqual({
      countries: [
        { code: 'AU', name: 'Australia' },
        { code: 'CN', name: 'China' },
        { code: 'US', name: 'United States' },
      ],
    });
  });
});
