// LangPHP: the PHP versions of an account's virtual hosts, and their files with directives, with PHP itself as the judge.
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { Installation } from '../support/installation.ts';
import { installPhp, poolFile, poolNames } from '../support/php.ts';
import { describeWith } from '../support/require-tool.ts';

const password = 'correct horse battery staple 7';
type Arguments = Readonly<Record<string, Json>>;

let here: Installation;
const uapi = (name: string, args: Arguments = {}) => here.uapi('bob', `LangPHP::${name}`, args);
async function succeed(name: string, args: Arguments = {}): Promise<unknown> {
  const { data, errors } = await uapi(name, args);
  expect([name, errors]).toEqual([name, null]);
  return data;
}
const errorOf = async (name: string, args: Arguments = {}) => (await uapi(name, args)).errors?.[0];

async function createAccounts(): Promise<void> {
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
  await here.uapi('bob', 'SubDomain::addsubdomain', {
    domain: 'shop',
    rootdomain: 'bob.example',
    dir: 'public_html/shop',
  });
}
describe('versions', () => {
  beforeAll(async () => {
    here = new Installation({ checksPools: true });
    installPhp(here, '8.3', '8.4');
    await createAccounts();
  });
  afterAll(() => here.remove());

  test('LangPHP::php_get_installed_versions and LangPHP::php_get_system_default_version', async () => {
    expect(await succeed('php_get_installed_versions')).toEqual({ versions: ['ea-php83', 'ea-php84'] });
    expect(await succeed('php_get_system_default_version')).toEqual({ version: 'ea-php84' });
    await here.call('php_set_system_default_version', { version: 'ea-php83' });
    expect(await succeed('php_get_system_default_version')).toEqual({ version: 'ea-php83' });
    await here.call('php_set_system_default_version', { version: 'ea-php84' });
  });

  test('LangPHP::php_get_vhost_versions lists the virtual hosts of the account alone', async () => {
    const shop = {
      vhost: 'shop.bob.example',
      account: 'bob',
      account_owner: 'root',
      version: 'ea-php84',
      phpversion_source: [{ system_default: 1 }],
      php_fpm: 1,
      php_fpm_pool_parms: { pm_max_children: 5, pm_max_requests: 20, pm_process_idle_timeout: 10 },
      documentroot: '/home/bob/public_html/shop',
      homedir: '/home/bob',
      main_domain: 0,
    };
    expect(await succeed('php_get_vhost_versions')).toMatchObject([{ vhost: 'bob.example' }, shop]);
    expect(await succeed('php_get_vhost_versions', { vhost: 'shop.bob.example' })).toEqual([shop]);
    expect(await errorOf('php_get_vhost_versions', { vhost: 'www.bob.example' })).toBe(
      'The parameter “vhost” should be a virtual host. The domain “www.bob.example” is an alias of “bob.example”.',
    );
    expect(await errorOf('php_get_vhost_versions', { vhost: 'eve.example' })).toBe(
      'The account has no virtual host “eve.example”. LangPHP::php_get_vhost_versions lists its virtual hosts.',
    );
  });

  test('LangPHP::php_set_vhost_versions moves the pools, and LangPHP::php_get_impacted_domains follows', async () => {
    expect(await succeed('php_set_vhost_versions', { version: 'ea-php83', vhost: 'bob.example' })).toEqual({
      vhosts: ['bob.example'],
    });
    expect(poolNames(poolFile(here, '8.3', 'bob'))).toEqual(['bob.example', 'shop.bob.example']);
    expect(poolFile(here, '8.4', 'bob')).toBeUndefined();
    expect(await succeed('php_get_impacted_domains', { domain: 'bob.example' })).toEqual({
      domains: ['bob.example', 'shop.bob.example'],
    });
    expect(await succeed('php_get_impacted_domains', { system_default: 1 })).toEqual({ domains: [] });
    await succeed('php_set_vhost_versions', {
      version: 'inherit',
      'vhost-1': 'bob.example',
      'vhost-2': 'shop.bob.example',
    });
    expect(await succeed('php_get_impacted_domains', { system_default: 1 })).toEqual({
      domains: ['bob.example', 'shop.bob.example'],
    });
    expect(await errorOf('php_get_impacted_domains')).toBe('Pass “domain”, or system_default=1, or both.');
  });

  it('cannot be set for another account, nor to one that is not installed', async () => {
    const set = (version: string, vhost: string) => errorOf('php_set_vhost_versions', { version, vhost });
    expect(await set('ea-php83', 'eve.example')).toContain('no virtual host “eve.example”');
    expect(await set('ea-php83', 'unknown.example')).toContain('no virtual host “unknown.example”');
    expect(await set('ea-php56', 'bob.example')).toContain('Installed: ea-php83, ea-php84.');
    expect(poolNames(poolFile(here, '8.4', 'bob'))).toEqual(['bob.example', 'shop.bob.example']);
    expect(poolNames(poolFile(here, '8.4', 'eve'))).toEqual(['eve.example']);
  });

  test('LangPHP::php_get_domain_handler', async () => {
    const vhost = { type: 'vhost', vhost: 'bob.example' };
    expect(await succeed('php_get_domain_handler', vhost)).toEqual({ php_handler: 'fpm' });
    expect(await succeed('php_get_domain_handler', { type: 'home' })).toEqual({ php_handler: 'none' });
    await here.call('php_set_vhost_versions', { version: 'inherit', vhost: 'bob.example', php_fpm: '0' });
    expect(await succeed('php_get_domain_handler', vhost)).toEqual({ php_handler: 'none' });
    expect(await errorOf('php_get_domain_handler', { type: 'vhost' })).toBe(
      'The parameter “vhost” is required with type=vhost.',
    );
    const { warnings } = await uapi('php_set_vhost_versions', { version: 'ea-php83', vhost: 'bob.example' });
    expect(warnings?.[0]).toContain('PHP does not run for “bob.example”');
    await here.call('php_set_vhost_versions', { version: 'inherit', vhost: 'bob.example', php_fpm: '1' });
  });

  it('need the feature of the package', async () => {
    await here.call('create_featurelist', { featurelist: 'few', multiphp: 0, multiphp_ini_editor: 0 });
    await here.call('addpkg', { name: 'few', featurelist: 'few', quota: '0' });
    await here.call('changepackage', { user: 'bob', pkg: 'few' });
    expect(await errorOf('php_get_vhost_versions')).toContain('requires the feature “multiphp”');
    expect(await errorOf('php_ini_get_user_paths')).toContain('requires the feature “multiphp_ini_editor”');
    await here.call('changepackage', { user: 'bob', pkg: 'default' });
  });
});

describeWith(['php-fpm8.4', 'php8.4'], 'files with directives', () => {
  beforeAll(async () => {
    here = new Installation({ checksPools: true });
    await createAccounts();
  });
  beforeEach(() => rmSync(file(), { force: true }));
  afterAll(() => here.remove());

  const place = { type: 'vhost', vhost: 'bob.example' };
  const file = () => join(here.state, 'root/home/bob/public_html/.user.ini');
  const text = () => readFileSync(file(), 'utf8');
  const set = (...directives: string[]) =>
    uapi('php_ini_set_user_basic_directives', {
      ...place,
      ...Object.fromEntries(directives.map((one, at) => [`directive-${at}`, one])),
    });

  test('LangPHP::php_ini_get_user_paths', async () => {
    const row = {
      account: 'bob',
      documentroot: '/home/bob/public_html',
      homedir: '/home/bob',
      main_domain: 1,
      path: '/home/bob/public_html/.user.ini',
      type: 'vhost',
      version: 'ea-php84',
      vhost: 'bob.example',
    };
    const shop = { path: '/home/bob/public_html/shop/.user.ini', vhost: 'shop.bob.example' };
    expect(await succeed('php_ini_get_user_paths')).toMatchObject({ paths: [row, shop] });
  });

  test('LangPHP::php_ini_set_user_basic_directives and LangPHP::php_ini_get_user_basic_directives', async () => {
    writeFileSync(file(), '; mine\nmemory_limit = 32M ; as before\n');
    const { errors, messages, metadata } = await set('memory_limit:256M', 'display_errors:on');
    expect([errors, messages, metadata]).toEqual([
      null,
      ['A running process of PHP reads the file again after at most 300 seconds.'],
      {
        LangPHP: {
          path: '/home/bob/public_html/.user.ini',
          phpversion: 'ea-php84',
          ...place,
        },
      },
    ]);
    expect(text()).toBe('; mine\nmemory_limit = 256M ; as before\ndisplay_errors = On\n');
    const { directives } = (await succeed('php_ini_get_user_basic_directives', place)) as {
      directives: { key: string; value: string }[];
    };
    const found = Object.fromEntries(directives.map(({ key, value }) => [key, value]));
    expect(found).toMatchObject({
      memory_limit: '256M',
      display_errors: 'On',
      max_execution_time: '30',
      'session.save_path': '/home/bob/tmp',
    });
    expect(directives.find(({ key }) => key === 'memory_limit')).toMatchObject({
      default_value: '128M',
      type: 'integer',
      php_ini_mode: 'PHP_INI_ALL',
    });
    expect(Object.keys(found)).not.toContain('open_basedir');
  });

  it.each([
    [
      'allow_url_include:On',
      'Only the administrator of this server can set the directive “allow_url_include”.',
    ],
    ['open_basedir:/', 'Only the administrator of this server can set the directive “open_basedir”.'],
    ['nonsense:1', 'PHP 8.4 has no directive “nonsense”.'],
    ['memory_limit:much', 'The value of “memory_limit” should be a whole number'],
    ['error_log:"x', 'should be a text without quotes, line breaks'],
    ['memory_limit', 'should be a directive and its value with a colon between them'],
  ])('do not get %j', async (directive, reason) => {
    const { errors } = await set(directive);
    expect(errors?.[0]).toContain(reason);
    expect(existsSync(file())).toBe(false);
  });

  test('LangPHP::php_ini_set_user_content and LangPHP::php_ini_get_user_content', async () => {
    expect(await succeed('php_ini_get_user_content', place)).toEqual({ content: '' });
    const content = '; “mine”\nmemory_limit = 64M\nallow_url_include = On\n';
    const { errors, warnings } = await uapi('php_ini_set_user_content', { ...place, content });
    expect([errors, warnings]).toEqual([
      null,
      [
        'PHP ignores the line of “allow_url_include”. Only the administrator of this server can set the directive ' +
          '“allow_url_include”.',
      ],
    ]);
    expect(text()).toBe(content);
    expect(statSync(file()).mode & 0o777).toBe(0o644);
    expect(await succeed('php_ini_get_user_content', place)).toEqual({ content });
    const broken = await errorOf('php_ini_set_user_content', {
      ...place,
      content: 'memory_limit = (64M\nfoo',
    });
    expect(broken).toContain('PHP rejects it: syntax error');
    expect(text()).toBe(content);
  });

  it('cannot change what the administrator has fixed for PHP-FPM', async () => {
    const fix = (value: string) =>
      here.call('php_fpm_config_set', {
        config: JSON.stringify([{ base_flag_name: 'log_errors', trinary_admin_value: 1, value }]),
      });
    expect((await fix('on')).metadata.reason).toBe('OK');
    expect((await set('log_errors:Off')).errors?.[0]).toContain('Only the administrator of this server');
    await fix('');
    expect((await set('log_errors:Off')).errors).toBeNull();
  });

  it('are only those of the account, and never of the whole home', async () => {
    const content = 'memory_limit = 64M\n';
    const error = (args: Arguments) => errorOf('php_ini_set_user_content', { content, ...args });
    expect(await error({ type: 'home' })).toContain(
      'PHP reads no file in the home directory on this server.',
    );
    expect(await error({ type: 'vhost' })).toContain('is required with type=vhost');
    expect(await error({ type: 'vhost', vhost: 'eve.example' })).toContain('no virtual host “eve.example”');
    mkdirSync(join(here.state, 'root/home/eve/public_html'), { recursive: true });
    writeFileSync(join(here.state, 'root/home/eve/public_html/.user.ini'), '; hers\n');
    symlinkSync('../../eve/public_html/.user.ini', file());
    expect(await error(place)).toContain('leads out of the home');
    expect(await errorOf('php_ini_get_user_content', place)).toContain('leads out of the home');
    expect(readFileSync(join(here.state, 'root/home/eve/public_html/.user.ini'), 'utf8')).toBe('; hers\n');
  });

  it('are none if the administrator has emptied user_ini.filename', async () => {
    const folder = join(here.state, 'root/etc/php/8.4/fpm');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'php.ini'), 'user_ini.filename =\n');
    expect(await errorOf('php_ini_get_user_content', place)).toContain('emptied user_ini.filename');
    expect(await succeed('php_ini_get_user_paths')).toEqual({ paths: [] });
  });
});
