// PHP versions, PHP-FPM and handlers in a sandbox. Its versions are below its own directory.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../../src/core/engine.ts';
import type { Json } from '../../src/core/values.ts';
import { insert } from '../../src/capabilities/domains/rules/hosted-domains.ts';
import { holdCall } from '../support/at-the-same-time.ts';
import { Installation, reseller } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';
import { installCgi, installPhp, poolFile, poolNames } from '../support/php.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
  installPhp(here, '8.3', '8.4');
});
afterEach(() => here.remove());

type Arguments = Readonly<Record<string, Json>>;

async function succeed(command: string, args: Arguments = {}): Promise<Record<string, unknown>> {
  const { metadata, data } = await here.call(command, args);
  expect([command, metadata.error_code, metadata.result === 1 ? '' : metadata.reason]).toEqual([
    command,
    undefined,
    '',
  ]);
  return data as Record<string, unknown>;
}
async function reasonOf(command: string, args: Arguments = {}): Promise<string> {
  const { metadata } = await here.call(command, args);
  expect([command, metadata.result]).toEqual([command, 0]);
  return metadata.reason;
}
const createBob = () => succeed('createacct', { username: 'bob', domain: 'bob.example' });

/** Adds a subdomain to bob, in the store alone. */
async function addSubdomain(domain: string, documentRoot: string): Promise<void> {
  await here.engine.store.transaction('changes', async (db) => {
    await insert(db, { domain, username: 'bob', type: 'sub', servedBy: null, documentRoot });
    return { value: undefined, keep: true };
  });
}
const rowOf = async (vhost: string) => {
  const { versions } = await succeed('php_get_vhost_versions');
  return (versions as { vhost: string }[]).find((row) => row.vhost === vhost);
};

describe('php_get_installed_versions', () => {
  it('lists the versions whose PHP-FPM is installed, the oldest first', async () => {
    installPhp(here, '8.10', '7.4');
    expect(await succeed('php_get_installed_versions')).toEqual({
      versions: ['ea-php74', 'ea-php83', 'ea-php84', 'ea-php810'],
    });
  });

  it('requires root', async () => {
    const { metadata } = await here.call('php_get_installed_versions', {}, { as: reseller('rita') });
    expect(metadata.error_code).toBe('denied');
  });

  it('requires the role WebServer', async () => {
    here.isMachine = true;
    expect(await reasonOf('php_get_installed_versions')).toBe(
      '“php_get_installed_versions” needs the role “WebServer”, which this server does not have. ' +
        'Activate a profile with it: start_profile_activation.',
    );
  });
});

describe('php_get_system_default_version', () => {
  it('is the newest version unless one was set', async () => {
    expect(await succeed('php_get_system_default_version')).toEqual({ version: 'ea-php84' });
    await succeed('php_set_system_default_version', { version: 'ea-php83' });
    expect(await succeed('php_get_system_default_version')).toEqual({ version: 'ea-php83' });
  });
});

describe('get_domain_info', () => {
  it('shows the PHP version of the virtual host that serves each domain', async () => {
    await createBob();
    await succeed('createacct', { username: 'carl', domain: 'carl.example' });
    await addSubdomain('shop.bob.example', 'public_html/shop');
    await addSubdomain('old.shop.bob.example', 'public_html/shop/old');
    await addSubdomain('other.bob.example', 'other');
    await here.engine.store.transaction('changes', async (db) => {
      const alias = { domain: 'alias.example', username: 'bob', type: 'addon', documentRoot: null } as const;
      await insert(db, { ...alias, servedBy: 'shop.bob.example' });
      return { value: undefined, keep: true };
    });
    const versions = async (args: Arguments = {}) => {
      const { domains } = await succeed('get_domain_info', args);
      const rows = domains as { domain: string; php_version: string }[];
      return Object.fromEntries(rows.map(({ domain, php_version: version }) => [domain, version]));
    };
    expect(new Set(Object.values(await versions()))).toEqual(new Set(['ea-php84']));
    await succeed('php_set_vhost_versions', { vhost: 'shop.bob.example', version: 'ea-php83' });
    const found = await versions();
    expect(found).toEqual({
      'alias.example': 'ea-php83',
      'bob.example': 'ea-php84',
      'carl.example': 'ea-php84',
      // Its folder is in that of the shop.
      'old.shop.bob.example': 'ea-php83',
      'other.bob.example': 'ea-php84',
      'shop.bob.example': 'ea-php83',
    });
    const hosts = (await succeed('php_get_vhost_versions')).versions as { vhost: string; version: string }[];
    for (const { vhost, version } of hosts) expect([vhost, found[vhost]]).toEqual([vhost, version]);
    const filter = { 'api.filter.enable': '1', 'api.filter.a.field': 'php_version' };
    const old = await versions({ ...filter, 'api.filter.a.arg0': 'PHP83' });
    expect(Object.keys(old).sort()).toEqual(['alias.example', 'old.shop.bob.example', 'shop.bob.example']);
    await succeed('php_set_system_default_version', { version: 'ea-php83' });
    await succeed('php_set_vhost_versions', { vhost: 'bob.example', version: 'ea-php84' });
    expect(await versions()).toEqual({
      ...found,
      'carl.example': 'ea-php83',
      'other.bob.example': 'ea-php83',
    });
  });
});

describe('php_set_system_default_version', () => {
  it('moves the pools of virtual hosts that inherit their version', async () => {
    await createBob();
    await succeed('createacct', { username: 'carl', domain: 'carl.example' });
    await succeed('php_set_vhost_versions', { vhost: 'carl.example', version: 'ea-php84' });
    await succeed('php_set_system_default_version', { version: 'ea-php83' });
    expect(poolNames(poolFile(here, '8.3', 'bob'))).toEqual(['bob.example']);
    expect(poolFile(here, '8.4', 'bob')).toBeUndefined();
    expect(poolNames(poolFile(here, '8.4', 'carl'))).toEqual(['carl.example']);
  });

  it('moves all accounts with one step for each version', async () => {
    await createBob();
    await succeed('createacct', { username: 'carl', domain: 'carl.example' });
    const { metadata } = await here.call(
      'php_set_system_default_version',
      { version: 'ea-php83' },
      { dryRun: true },
    );
    const text = JSON.stringify(metadata.output);
    expect(text).toContain('Set the pools of 2 accounts in PHP-FPM 8.3: bob.example, carl.example.');
    expect(text).toContain('Remove the pools of 2 accounts from PHP-FPM 8.4.');
    // One reload of Apache for both.
    expect(text.match(/Write the virtual hosts of [^.]*\./g)).toEqual([
      'Write the virtual hosts of 2 accounts in the configuration of Apache.',
    ]);
    expect(poolFile(here, '8.3', 'bob')).toBeUndefined();
  });

  it('writes the new sockets into the virtual hosts of all accounts', async () => {
    await createBob();
    await succeed('createacct', { username: 'carl', domain: 'carl.example' });
    await succeed('php_set_system_default_version', { version: 'ea-php83' });
    for (const username of ['bob', 'carl']) {
      const file = `${here.state}/root/etc/apache2/whmapi1/accounts/${username}.conf`;
      expect(readFileSync(file, 'utf8')).toContain(`/8.3-${username}.example.sock|`);
    }
  });

  it('rejects a version that is not installed', async () => {
    expect(await reasonOf('php_set_system_default_version', { version: 'ea-php55' })).toBe(
      'The parameter “version” should be an installed PHP version, not “ea-php55”. Installed: ea-php83, ea-php84.',
    );
  });

  it('keeps the default when a newer version is installed later', async () => {
    await createBob();
    installPhp(here, '8.5');
    expect(await succeed('php_get_system_default_version')).toEqual({ version: 'ea-php84' });
  });
});

describe('php_get_vhost_versions', () => {
  it('shows a new account, with the defaults of its pool', async () => {
    await createBob();
    expect(await succeed('php_get_vhost_versions')).toEqual({
      versions: [
        {
          vhost: 'bob.example',
          account: 'bob',
          account_owner: 'root',
          version: 'ea-php84',
          phpversion_source: [{ system_default: 1 }],
          php_fpm: 1,
          php_fpm_pool_parms: { pm_max_children: 5, pm_max_requests: 20, pm_process_idle_timeout: 10 },
          documentroot: '/home/bob/public_html',
          homedir: '/home/bob',
          main_domain: 1,
          is_suspended: 0,
        },
      ],
    });
  });

  it('shows resellers only their own accounts', async () => {
    await createBob();
    const { data } = await here.call('php_get_vhost_versions', {}, { as: reseller('rita', 'list-accts') });
    expect(data).toEqual({ versions: [] });
  });
});

describe('php_set_vhost_versions', () => {
  it('moves the pool to the other version, with the given settings', async () => {
    await createBob();
    await succeed('php_set_vhost_versions', {
      version: 'ea-php83',
      vhost: 'bob.example',
      php_fpm: '1',
      php_fpm_pool_parms: '{"pm_max_children":7,"pm_process_idle_timeout":"30"}',
    });
    expect(poolFile(here, '8.4', 'bob')).toBeUndefined();
    const text = poolFile(here, '8.3', 'bob');
    expect(text).toContain('pm.max_children = 7\n');
    expect(text).toContain('pm.process_idle_timeout = 30s\n');
    expect(text).toContain('pm.max_requests = 20\n');
    expect(await rowOf('bob.example')).toMatchObject({
      version: 'ea-php83',
      phpversion_source: [{ domain: 'bob.example' }],
      php_fpm_pool_parms: { pm_max_children: 7, pm_max_requests: 20, pm_process_idle_timeout: 30 },
    });
  });

  it('keeps the other settings, PHP-FPM among them', async () => {
    await createBob();
    const first = { version: 'inherit', vhost: 'bob.example', php_fpm_pool_parms: '{"pm_max_requests":0}' };
    await succeed('php_set_vhost_versions', first);
    await succeed('php_set_vhost_versions', { version: 'ea-php83', vhost: 'bob.example' });
    expect(await rowOf('bob.example')).toMatchObject({
      php_fpm: 1,
      php_fpm_pool_parms: { pm_max_children: 5, pm_max_requests: 0 },
    });
  });

  it('changes several virtual hosts, also of different accounts', async () => {
    await createBob();
    await succeed('createacct', { username: 'carl', domain: 'carl.example' });
    await succeed('php_set_vhost_versions', { version: 'ea-php83', vhost: ['bob.example', 'carl.example'] });
    expect(poolNames(poolFile(here, '8.3', 'bob'))).toEqual(['bob.example']);
    expect(poolNames(poolFile(here, '8.3', 'carl'))).toEqual(['carl.example']);
  });

  it('has a pool for each virtual host of an account, in the file of its version', async () => {
    await createBob();
    await addSubdomain('shop.bob.example', 'public_html/shop');
    await addSubdomain('api.bob.example', 'api');
    await succeed('php_set_vhost_versions', { version: 'ea-php83', vhost: 'api.bob.example' });
    expect(poolNames(poolFile(here, '8.3', 'bob'))).toEqual(['api.bob.example']);
    await succeed('php_set_vhost_versions', { version: 'ea-php84', vhost: 'bob.example' });
    expect(poolNames(poolFile(here, '8.4', 'bob'))).toEqual(['bob.example', 'shop.bob.example']);
    expect(await rowOf('shop.bob.example')).toMatchObject({ phpversion_source: [{ domain: 'bob.example' }] });
    expect(await rowOf('api.bob.example')).toMatchObject({ version: 'ea-php83' });
  });

  it('removes the pool without PHP-FPM, and warns that PHP does not run', async () => {
    await createBob();
    const { metadata } = await here.call('php_set_vhost_versions', {
      version: 'inherit',
      vhost: 'bob.example',
      php_fpm: '0',
    });
    expect(metadata.output?.warnings).toEqual([
      'PHP does not run for “bob.example”: it does not use PHP-FPM, and the handler of ea-php84 is “none”. Its PHP ' +
        'files are not served. Use php_fpm=1.',
    ]);
    expect(poolFile(here, '8.4', 'bob')).toBeUndefined();
    expect(await rowOf('bob.example')).toMatchObject({ php_fpm: 0 });
  });

  it.each([
    [
      { version: 'ea-php82' },
      /^The parameter “version” should be an installed PHP version, not “ea-php82”\./,
    ],
    [{ vhost: 'nobody.example' }, /^You do not have an account with the domain “nobody.example”\.$/],
    [
      { php_fpm_pool_parms: '[]' },
      /^The parameter “php_fpm_pool_parms” should be a JSON hash of pool settings/,
    ],
    [{ php_fpm_pool_parms: '{"pm":"static"}' }, /has the unknown setting “pm”\. Use pm_max_children, /],
    [
      { php_fpm_pool_parms: '{"pm_max_children":0}' },
      /^The setting “pm_max_children” in “php_fpm_pool_parms” should be a whole number from 1 to 10000, not 0\.$/,
    ],
    [
      { php_fpm_pool_parms: '{"pm_max_children":"5\\nuser = root"}' },
      /^The setting “pm_max_children” in “php_fpm_pool_parms” should be a whole number/,
    ],
  ])('rejects %j and changes nothing', async (wrong, reason) => {
    await createBob();
    const before = poolFile(here, '8.4', 'bob');
    const args = { version: 'ea-php83', vhost: 'bob.example', ...wrong };
    expect(await reasonOf('php_set_vhost_versions', args)).toMatch(reason);
    expect(poolFile(here, '8.4', 'bob')).toBe(before);
    expect(await rowOf('bob.example')).toMatchObject({ version: 'ea-php84' });
  });

  it('does not overwrite a file that was edited by hand', async () => {
    await createBob();
    const { appendFileSync } = await import('node:fs');
    appendFileSync(`${here.state}/root/etc/php/8.4/fpm/pool.d/whmapi1-bob.conf`, '; mine\n');
    const reason = await reasonOf('php_set_vhost_versions', {
      version: 'inherit',
      vhost: 'bob.example',
      php_fpm_pool_parms: '{"pm_max_children":2}',
    });
    expect(reason).toMatch(/whmapi1-bob\.conf” was edited by hand, so it is not overwritten\./);
    // Its removal does not depend on the content.
    await succeed('removeacct', { username: 'bob' });
    expect(poolFile(here, '8.4', 'bob')).toBeUndefined();
  });
});

describe('php_get_vhosts_by_version', () => {
  it('lists the virtual hosts of a version, and those that inherit', async () => {
    await createBob();
    await succeed('createacct', { username: 'carl', domain: 'carl.example' });
    await succeed('php_set_vhost_versions', { version: 'ea-php84', vhost: 'bob.example' });
    const of = async (version: string) => (await succeed('php_get_vhosts_by_version', { version })).vhosts;
    expect(await of('ea-php84')).toEqual(['bob.example', 'carl.example']);
    expect(await of('inherit')).toEqual(['carl.example']);
    expect(await of('ea-php83')).toEqual([]);
    expect(await reasonOf('php_get_vhosts_by_version', { version: 'x' })).toMatch(/should be an installed/);
  });
});

describe('php_get_impacted_domains', () => {
  it('lists what a domain’s version decides, and what the server’s default decides', async () => {
    await createBob();
    await addSubdomain('shop.bob.example', 'public_html/shop');
    await addSubdomain('api.bob.example', 'api');
    await succeed('php_set_vhost_versions', { version: 'ea-php83', vhost: 'bob.example' });
    expect(await succeed('php_get_impacted_domains', { domain: 'bob.example' })).toEqual({
      domains: ['bob.example', 'shop.bob.example'],
    });
    expect(await succeed('php_get_impacted_domains', { system_default: '1' })).toEqual({
      domains: ['api.bob.example'],
    });
  });

  it('requires a domain or system_default=1', async () => {
    const reason = 'Pass “domain”, or system_default=1, or both.';
    expect(await reasonOf('php_get_impacted_domains')).toBe(reason);
    expect(await reasonOf('php_get_impacted_domains', { system_default: '0' })).toBe(reason);
  });
});

describe('php_get_handlers', () => {
  it('lists the handlers of all versions, or of one', async () => {
    const of84 = { version: 'ea-php84', current_handler: 'none', available_handlers: ['none'] };
    expect(await succeed('php_get_handlers')).toEqual({
      version_handlers: [{ ...of84, version: 'ea-php83' }, of84],
    });
    expect(await succeed('php_get_handlers', { version: 'ea-php84' })).toEqual({ version_handlers: [of84] });
    installCgi(here, '8.4');
    expect(await succeed('php_get_handlers', { version: 'ea-php84' })).toEqual({
      version_handlers: [{ ...of84, available_handlers: ['cgi', 'none'] }],
    });
  });
});

describe('php_set_handler', () => {
  it.each([
    ['suphp', /suPHP is no longer maintained/],
    ['dso', /would run the PHP of all accounts as the web server’s user/],
    ['cgi', /Available: none\. PHP-FPM is not a handler: use php_set_vhost_versions with php_fpm=1\.$/],
  ])('rejects %s with the reason', async (handler, reason) => {
    expect(await reasonOf('php_set_handler', { version: 'ea-php84', handler })).toMatch(reason);
  });

  it('runs PHP by CGI in virtual hosts without PHP-FPM, with a program in the home', async () => {
    installCgi(here, '8.4');
    await createBob();
    await addSubdomain('api.bob.example', 'api');
    await succeed('php_set_vhost_versions', { version: 'ea-php84', vhost: 'api.bob.example', php_fpm: '0' });
    await succeed('php_set_handler', { version: 'ea-php84', handler: 'cgi' });
    const file = (path: string) => readFileSync(join(here.state, 'root', path), 'utf8');
    expect(file('home/bob/.whmapi1-php/ea-php84')).toMatch(
      /^#!\/bin\/sh\n# .*\nexport PHP_INI_SCAN_DIR=:\/home\/bob\/\.whmapi1-php\nexec \/usr\/bin\/php-cgi8\.4\n$/,
    );
    expect(statSync(join(here.state, 'root/home/bob/.whmapi1-php/ea-php84')).mode & 0o777).toBe(0o755);
    expect(file('home/bob/.whmapi1-php/account.ini')).toContain(
      'open_basedir = "/home/bob/:/usr/share/php/"\n',
    );
    expect(file('home/bob/.whmapi1-php/account.ini')).not.toContain('opcache');
    const served = () => file(`etc/apache2/whmapi1/accounts/bob.conf`);
    expect(served().match(/Action php-ea-php84 "\/\.whmapi1-php\/ea-php84"/g)).toHaveLength(1);
    expect(poolNames(poolFile(here, '8.4', 'bob'))).toEqual(['bob.example']);
    await succeed('modifyacct', { user: 'bob', newuser: 'robert' });
    expect(file('home/robert/.whmapi1-php/account.ini')).toContain('open_basedir = "/home/robert/:');
    await succeed('php_set_handler', { version: 'ea-php84', handler: 'none' });
    expect(file('etc/apache2/whmapi1/accounts/robert.conf')).not.toContain('Action php-');
  });

  it('accepts none', async () => {
    await succeed('php_set_handler', { version: 'ea-php84', handler: 'none' });
    expect(await reasonOf('php_set_handler', { version: 'ea-php84', handler: 'fcgi' })).toMatch(/handler/);
  });
});

describe('php_get_default_accounts_to_fpm', () => {
  it('is 1 until it is changed', async () => {
    expect(await succeed('php_get_default_accounts_to_fpm')).toEqual({ default_accounts_to_fpm: 1 });
  });
});

describe('php_set_default_accounts_to_fpm', () => {
  it('decides for new accounts only', async () => {
    await createBob();
    await succeed('php_set_default_accounts_to_fpm', { default_accounts_to_fpm: '0' });
    expect(await succeed('php_get_default_accounts_to_fpm')).toEqual({ default_accounts_to_fpm: 0 });
    await succeed('createacct', { username: 'carl', domain: 'carl.example' });
    expect(poolNames(poolFile(here, '8.4', 'bob'))).toEqual(['bob.example']);
    expect(poolFile(here, '8.4', 'carl')).toBeUndefined();
    await succeed('php_set_default_accounts_to_fpm', { default_accounts_to_fpm: '1' });
    expect(await rowOf('carl.example')).toMatchObject({ php_fpm: 0 });
  });
});

describe('php_get_old_fpm_flag', () => {
  it('is 0, because there is no earlier configuration', async () => {
    expect(await succeed('php_get_old_fpm_flag')).toEqual({ old_fpm_flag: 0 });
  });
});

describe('php_set_old_fpm_flag', () => {
  it('dismisses the notice', async () => {
    expect(await succeed('php_set_old_fpm_flag')).toEqual({ success: 1 });
    expect(await succeed('php_get_old_fpm_flag')).toEqual({ old_fpm_flag: 2 });
  });
});

/** Accounts of which only bob’s uses PHP-FPM. */
async function createWithoutFpm(): Promise<void> {
  await createBob();
  await succeed('php_set_default_accounts_to_fpm', { default_accounts_to_fpm: '0' });
  await succeed('createacct', { username: 'carl', domain: 'carl.example' });
  await succeed('createacct', { username: 'dora', domain: 'dora.example' });
  await succeed('php_set_vhost_versions', { version: 'ea-php83', vhost: 'dora.example', php_fpm: '0' });
}

const runWith = (engine: Engine) => runTasks({ engine, application: here.application, state: here.state });

describe('get_fpm_count_and_utilization', () => {
  it('counts the virtual hosts, and measures the memory of this machine', async () => {
    await createWithoutFpm();
    const { number_of_new_fpm_accounts_we_can_handle: more, ...counts } = await succeed(
      'get_fpm_count_and_utilization',
    );
    expect(counts).toMatchObject({ total_domains: 3, domains_using_fpm: 1, domains_to_be_enabled: 2 });
    const { memory_needed: needed, show_warning: isTight } = counts as Record<string, number>;
    expect(needed).toBeGreaterThan(0);
    expect(isTight).toBe(Number(2 > Number(more)));
  });
});

describe('convert_all_domains_to_fpm', () => {
  it('enables PHP-FPM for all virtual hosts, which keep their version', async () => {
    await createWithoutFpm();
    const { build_id: id } = await succeed('convert_all_domains_to_fpm');
    await runTasks(here);
    const log = await here.application.engine.store.transaction('reads', async (db) => ({
      value: await db.get<{ state: string; reason: string }>(
        'SELECT state, reason FROM task WHERE id = ?',
        id as number,
      ),
      keep: false,
    }));
    expect(log).toEqual({ state: 'done', reason: '' });
    expect(await rowOf('carl.example')).toMatchObject({
      php_fpm: 1,
      phpversion_source: [{ system_default: 1 }],
    });
    expect(await rowOf('dora.example')).toMatchObject({ php_fpm: 1, version: 'ea-php83' });
    expect(poolNames(poolFile(here, '8.3', 'dora'))).toEqual(['dora.example']);
  });

  it('keeps a version that a call sets meanwhile', async () => {
    await createWithoutFpm();
    await succeed('convert_all_domains_to_fpm');
    const { engine, reached, release } = holdCall(here.engine, 'php_set_vhost_versions');
    const task = runWith(engine);
    await reached;
    await succeed('php_set_vhost_versions', { version: 'ea-php83', vhost: 'carl.example' });
    release();
    await task;
    for (const domain of ['carl.example', 'dora.example'])
      expect(await rowOf(domain)).toMatchObject({ php_fpm: 1, version: 'ea-php83' });
    expect(await rowOf('carl.example')).toMatchObject({
      phpversion_source: [{ domain: 'carl.example' }],
    });
  });

  it('does not start twice', async () => {
    await succeed('convert_all_domains_to_fpm');
    expect(await reasonOf('convert_all_domains_to_fpm')).toBe(
      'A conversion is already in progress. Wait until it has ended.',
    );
  });
});

describe('is_conversion_in_progress', () => {
  it('is 1 from the call until the task has ended', async () => {
    const inProgress = async () => (await succeed('is_conversion_in_progress')).inProgress;
    expect(await inProgress()).toBe(0);
    await succeed('convert_all_domains_to_fpm');
    expect(await inProgress()).toBe(1);
    await runTasks(here);
    expect(await inProgress()).toBe(0);
  });
});
