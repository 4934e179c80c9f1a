// Settings of the pools of PHP-FPM, for all of them and for single domains.
import type { Json } from '../../src/core/values.ts';
import { Installation } from '../support/installation.ts';
import { installPhp, poolFile } from '../support/php.ts';
import { describeWith } from '../support/require-tool.ts';

let here: Installation;
afterEach(() => here.remove());

type Given = readonly (readonly [name: string, kind: number, value: Json])[];
const configOf = (given: Given) =>
  JSON.stringify(
    given.map(([base_flag_name, trinary_admin_value, value]) => ({
      ...{ base_flag_name, trinary_admin_value, value },
    })),
  );
async function set(given: Given, args: Readonly<Record<string, string>> = {}) {
  const { metadata } = await here.call('php_fpm_config_set', { config: configOf(given), ...args });
  return metadata.result === 1 ? 'OK' : metadata.reason;
}
async function get(domain?: string) {
  const { data } = await here.call('php_fpm_config_get', domain === undefined ? {} : { domain });
  const rows = data?.config as { base_flag_name: string; trinary_admin_value: number; value: string }[];
  return rows.map((row) => [row.base_flag_name, row.trinary_admin_value, row.value]);
}
const createBob = () => here.call('createacct', { username: 'bob', domain: 'bob.example' });
const pool = () => poolFile(here, '8.4', 'bob');

describe('php_fpm_config_get and php_fpm_config_set', () => {
  beforeEach(async () => {
    here = new Installation({ checksPools: true });
    installPhp(here, '8.3', '8.4');
    await createBob();
  });
  const defaults = [
    ['pm_max_children', 0, '5'],
    ['pm_max_requests', 0, '20'],
    ['pm_process_idle_timeout', 0, '10'],
  ];

  it('have options of pools, of which those of a domain count more', async () => {
    expect(await get()).toEqual(defaults);
    expect(
      await set([
        ['pm_max_children', 0, '8'],
        ['pm_max_requests', 0, 100],
      ]),
    ).toBe('OK');
    expect(pool()).toMatch(/max_children = 8\npm\.max_requests = 100\n/);
    expect(await set([['pm_max_children', 0, '3']], { domain: 'bob.example' })).toBe('OK');
    expect(pool()).toMatch(/max_children = 3\npm\.max_requests = 100\n/);
    expect(await get()).toEqual([['pm_max_children', 0, '8'], ['pm_max_requests', 0, '100'], defaults[2]]);
    expect((await get('bob.example'))[0]).toEqual(['pm_max_children', 0, '3']);
    const { data } = await here.call('php_get_vhost_versions');
    expect(data?.versions).toMatchObject([
      { php_fpm_pool_parms: { pm_max_children: 3, pm_max_requests: 100, pm_process_idle_timeout: 10 } },
    ]);
    expect(await set([['pm_max_children', 0, '']], { domain: 'bob.example' })).toBe('OK');
    expect(await get('bob.example')).toEqual(await get());
  });

  it('can be checked only', async () => {
    expect(await set([['pm_max_children', 0, '8']], { validate_only: '1' })).toBe('OK');
    expect(await set([['pm_max_children', 0, '8']], { validate_only: '1', domain: 'bob.example' })).toBe(
      'OK',
    );
    expect(await get('bob.example')).toEqual(defaults);
    expect(pool()).toContain('max_children = 5');
    expect(await set([['pm_max_children', 0, 'x']], { validate_only: '1' })).toContain('whole number');
  });

  it('reject other settings and values, aliases and unknown domains', async () => {
    for (const [config, reason] of [
      ['{}', 'should be a JSON list of settings'],
      ['[]', 'should be a JSON list of settings'],
      ['[1]', 'should be a JSON list of hashes'],
      [configOf([['memory_limit', 1, '1G']]), 'has the unknown setting “memory_limit”'],
      [configOf([['pm_max_children', 1, '5']]), 'should have the trinary_admin_value 0'],
      [configOf([['log_errors', 0, 'on']]), 'should have the trinary_admin_value 1, or 2'],
      [configOf([['pm_max_children', 0, '0']]), 'should be a whole number from 1 to 10000, not “0”'],
      [
        configOf([
          ['pm_max_children', 0, '5'],
          ['pm_max_children', 0, '6'],
        ]),
        'twice',
      ],
      [configOf([['pm_max_children', 0, null]]), 'should have a value'],
      ['[{"base_flag_name":"log_errors","trinary_admin_value":1,"value":"on","x":1}]', 'unknown key “x”'],
    ] as const) {
      const { metadata } = await here.call('php_fpm_config_set', { config });
      expect([config, metadata.reason]).toEqual([config, expect.stringContaining(reason)]);
      expect([config, await get()]).toEqual([config, defaults]);
    }
    const given: Given = [['pm_max_children', 0, '5']];
    expect(await set(given, { domain: 'www.bob.example' })).toContain('www.bob.example');
    expect(await set(given, { domain: 'eve.example' })).toContain('do not have an account with the domain');
    expect((await here.call('php_fpm_config_get', { domain: 'eve.example' })).metadata.error_code).toBe(
      'not_found',
    );
  });

  it('follow the account, and are gone with it', async () => {
    await set([['pm_max_requests', 0, '7']], { domain: 'bob.example' });
    await here.call('modifyacct', { user: 'bob', newuser: 'robert', domain: 'robert.example' });
    expect((await get('robert.example'))[1]).toEqual(['pm_max_requests', 0, '7']);
    await here.call('removeacct', { username: 'robert' });
    await createBob();
    expect(await get('bob.example')).toEqual(defaults);
  });
});

describeWith(['php-fpm8.4', 'php8.4'], 'directives of pools', () => {
  beforeEach(async () => {
    here = new Installation({ checksPools: true });
    await createBob();
  });

  it('are in the pools, unless they are removed', async () => {
    const given: Given = [
      ['error_reporting', 2, 'E_ALL & ~E_NOTICE'],
      ['disable_functions', 1, 'exec, system'],
      ['log_errors', 1, true],
    ];
    expect(await set(given)).toBe('OK');
    expect(pool()).toMatch(
      /php_admin_value\[disable_functions\] = exec,system\nphp_value\[error_reporting\] = E_ALL & ~E_NOTICE\nphp_admin_value\[log_errors\] = On\n$/,
    );
    expect(await set([['error_log', 1, '/home/bob/logs/php.log']], { domain: 'bob.example' })).toBe('OK');
    expect(await set([['log_errors', 2, 'off']], { domain: 'bob.example' })).toBe('OK');
    expect(await get('bob.example')).toEqual(
      expect.arrayContaining([
        ['error_log', 1, '/home/bob/logs/php.log'],
        ['log_errors', 2, 'Off'],
        ['disable_functions', 1, 'exec,system'],
      ]),
    );
    expect(await get()).not.toContainEqual(['error_log', 1, '/home/bob/logs/php.log']);
    expect(pool()).toContain('php_value[log_errors] = Off\n');
    await here.call('modifyacct', { user: 'bob', domain: 'robert.example' });
    expect(await get('robert.example')).toContainEqual(['log_errors', 2, 'Off']);
    await set([['log_errors', 2, '']], { domain: 'robert.example' });
    expect(pool()).toContain('php_admin_value[log_errors] = On\n');
  });

  it('cannot have other values, nor a doc_root for all pools', async () => {
    const before = pool();
    for (const [setting, reason] of [
      [
        ['allow_url_fopen', 2, 'on'],
        'No account can change “allow_url_fopen”. Use the trinary_admin_value 1.',
      ],
      [['log_errors', 1, 'stderr'], 'should be On or Off, not “stderr”'],
      [['error_reporting', 1, 'E_ALL; system'], 'should be error levels'],
      [['error_log', 1, 'php.log'], 'should be an absolute path'],
      [['error_log', 1, '/home/bob/../x'], 'should be an absolute path'],
      [['disable_functions', 1, 'exec;system'], 'should be names of functions'],
      [['doc_root', 1, '/srv'], 'should be a folder below /home/bob'],
    ] as const) {
      const said = await set([setting], { domain: 'bob.example' });
      expect([setting, said]).toEqual([setting, expect.stringContaining(reason)]);
      expect([setting, pool()]).toEqual([setting, before]);
    }
    expect(await set([['doc_root', 1, '/srv']])).toContain('only for one domain');
  });
});
