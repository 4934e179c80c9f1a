// Holds, pins, missing packages and plugins, in a sandbox.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

type Arguments = Readonly<Record<string, Json>>;

const section = async (name: string, key?: string) =>
  (await here.call('get_rpm_version_data', { section: name, ...(key === undefined ? {} : { key }) })).data;
const edit = (name: string, key: string, value: string, options = {}) =>
  here.call('edit_rpm_version', { section: name, key, value }, options);
const remove = (name: string, key: string, value: string) =>
  here.call('delete_rpm_version', { section: name, key, value });
const updatable = async () =>
  (await here.call('package_manager_list_packages', { state: 'updatable' })).data?.packages;
const pins = () => readFileSync(join(here.state, 'root/etc/apt/preferences.d/whmapi1.pref'), 'utf8');

/** The packages of the role WebServer, sorted. */
const WEB_PACKAGES = [
  ...['apache2', 'apache2-suexec-custom', 'logrotate'],
  ...[
    'php-bcmath',
    'php-cli',
    'php-curl',
    'php-fpm',
    'php-gd',
    'php-gmp',
    'php-imagick',
    'php-intl',
    'php-ldap',
  ],
  ...['php-mbstring', 'php-mysql', 'php-pgsql', 'php-soap', 'php-sqlite3', 'php-xml', 'php-zip', 'ssl-cert'],
];
const DATABASE_PACKAGES = ['mariadb-server', 'postgresql'];
const MAIL_PACKAGES = [
  ...['exim4-daemon-heavy', 'dovecot-core', 'dovecot-imapd', 'dovecot-pop3d', 'dovecot-lmtpd'],
  ...['dovecot-sieve', 'dovecot-managesieved', 'dovecot-sqlite', 'publicsuffix', 'nftables'],
];
const SPAM_PACKAGES = ['spamd', 'spamassassin'];
const LIST_PACKAGES = ['mailman3', 'curl'];
const FTP_PACKAGES = ['proftpd-core', 'proftpd-mod-crypto'];
/** Besides `php-fpm`, which websites have, too. */
const WEBMAIL_PACKAGES = ['roundcube-core', 'roundcube-sqlite3'];
const ALL_PACKAGES = [
  ...WEB_PACKAGES,
  ...DATABASE_PACKAGES,
  ...MAIL_PACKAGES,
  ...SPAM_PACKAGES,
  ...LIST_PACKAGES,
  ...FTP_PACKAGES,
  ...WEBMAIL_PACKAGES,
];

describe('get_rpm_version_data', () => {
  it('shows the packages of roles, and those that are wanted', async () => {
    expect(await section('rpm_groups')).toEqual({
      DNS: ['bind9', 'bind9-utils'],
      WebServer: [
        ...['apache2', 'apache2-suexec-custom', 'php-cli', 'php-fpm'],
        ...[
          'php-bcmath',
          'php-curl',
          'php-gd',
          'php-gmp',
          'php-imagick',
          'php-intl',
          'php-ldap',
          'php-mbstring',
        ],
        ...['php-mysql', 'php-pgsql', 'php-soap', 'php-sqlite3', 'php-xml', 'php-zip'],
        ...['ssl-cert', 'logrotate'],
      ],
      MySQL: ['mariadb-server'],
      Postgres: ['postgresql'],
      MailReceive: MAIL_PACKAGES,
      SpamFilter: SPAM_PACKAGES,
      MailingLists: LIST_PACKAGES,
      Webmail: ['php-fpm', ...WEBMAIL_PACKAGES],
      FTP: FTP_PACKAGES,
    });
    expect(await section('rpm_groups', 'DNS')).toEqual({ DNS: ['bind9', 'bind9-utils'] });
    const wanted = ['bind9', 'bind9-utils', ...ALL_PACKAGES];
    expect(await section('target_settings')).toEqual({
      ...Object.fromEntries(wanted.map((name) => [name, 'installed'])),
    });
    expect(await section('pins')).toEqual({});
  });

  it('rejects unknown sections and keys', async () => {
    const args = { section: 'install_targets' };
    expect((await here.call('get_rpm_version_data', args)).metadata.error_code).toBe('bad_param');
    const { metadata } = await here.call('get_rpm_version_data', { section: 'pins', key: 'nginx' });
    expect(metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'The section pins has no entry “nginx”.',
    });
  });
});

describe('edit_rpm_version', () => {
  it('holds a package, and releases it', async () => {
    expect((await edit('target_settings', 'openssl', 'unmanaged')).data).toEqual({ status: 1 });
    expect(await section('target_settings', 'openssl')).toEqual({ openssl: 'unmanaged' });
    expect(await updatable()).toEqual([]);
    const upgrade = await here.call('package_manager_submit_actions', { upgrade: ['openssl'] });
    expect(upgrade.metadata.reason).toBe(
      'The package “openssl” is held. Release it first: delete_rpm_version section=target_settings key=openssl ' +
        'value=unmanaged.',
    );
    expect((await edit('target_settings', 'openssl', 'installed')).metadata.result).toBe(1);
    expect(await section('target_settings')).not.toHaveProperty('openssl');
    expect(await updatable()).toEqual([{ package: 'openssl' }]);
  });

  it('blocks a package, also as a dependency', async () => {
    expect((await edit('target_settings', 'nginx-common', 'uninstalled')).metadata.result).toBe(1);
    expect(pins()).toBe(
      'Explanation: whmapi1 writes this entry (edit_rpm_version).\nPackage: nginx-common\nPin: release *\nPin-Priority: -1\n',
    );
    const install = async (name: string) =>
      (await here.call('package_manager_submit_actions', { install: [name] })).metadata.reason;
    expect(await install('nginx-common')).toMatch(
      /^The package “nginx-common” is blocked here\. Allow it first:/,
    );
    expect(await install('nginx')).toMatch(/^apt finds no way to do that\. nginx: Depends: nginx-common/);
  });

  it('pins a package to a version, and keeps entries by hand', async () => {
    const folder = join(here.state, 'root/etc/apt/preferences.d');
    mkdirSync(folder, { recursive: true });
    const own = '# By hand\nPackage: apache2\nPin: version 2.4*\nPin-Priority: 700';
    writeFileSync(join(folder, 'whmapi1.pref'), `${own}\n`);
    await edit('pins', 'openssl', '3.5.1*');
    expect(await section('pins')).toEqual({ apache2: '2.4*', openssl: '3.5.1*' });
    expect(await updatable()).toEqual([]);
    await edit('pins', 'openssl', '3.5.4-1');
    expect(await updatable()).toEqual([{ package: 'openssl' }]);
    await remove('pins', 'openssl', '3.5.4-1');
    expect(pins()).toBe(`${own}\n`);
  });

  it('shows the change in a dry run', async () => {
    const { metadata } = await edit('pins', 'openssl', '3.5.1-1', { dryRun: true });
    expect(metadata.output?.messages?.join('\n')).toContain('+Pin: version 3.5.1-1');
    expect(await section('pins')).toEqual({});
  });

  it.each([
    [
      'pins',
      'openssl',
      '9.9',
      'apt knows no such version of “openssl”, so that the entry has no effect yet. It knows 3.5.4-1, 3.5.1-1.',
    ],
    [
      'target_settings',
      'openssl',
      'uninstalled',
      '“openssl” is installed, and stays so: package_manager_submit_actions uninstall=openssl removes it.',
    ],
    [
      'target_settings',
      'nginx',
      'installed',
      '“nginx” is not installed: package_manager_submit_actions install=nginx installs it.',
    ],
  ])('warns: %s %s %s', async (name, key, value, warning) => {
    const { metadata } = await edit(name, key, value);
    expect([metadata.result, metadata.output?.warnings]).toEqual([1, [warning]]);
  });

  it.each([
    [
      'rpm_groups',
      'nginx',
      'x',
      'bad_param',
      /^The section rpm_groups shows the packages of roles\. It cannot be changed\.$/,
    ],
    [
      'target_settings',
      'nginx',
      'gone',
      'bad_param',
      /“value” should be installed, unmanaged, uninstalled, and not “gone”/,
    ],
    [
      'target_settings',
      'nginx',
      'unmanaged',
      'bad_param',
      /^The package “nginx” is not installed\. Only an installed/,
    ],
    [
      'target_settings',
      'bind9',
      'uninstalled',
      'bad_param',
      /^The package “bind9” belongs to a role of this server\./,
    ],
    ['pins', 'openssl', '1.0\nPin-Priority: 1001', 'bad_param', /“value”/],
    ['pins', 'openssl', 'release a=sid', 'bad_param', /should be a version such as 1:9\.20\.11-4/],
    ['pins', '*', '1.0', 'bad_param', /the name of a Debian package/],
  ])('rejects %s %j %j', async (name, key, value, code, reason) => {
    const { metadata } = await edit(name, key, value);
    expect(metadata).toMatchObject({ result: 0, error_code: code });
    expect(metadata.reason).toMatch(reason);
  });
});

describe('delete_rpm_version', () => {
  it('removes an entry that has this value', async () => {
    await edit('target_settings', 'bind9', 'unmanaged');
    const { metadata } = await remove('target_settings', 'bind9', 'uninstalled');
    expect(metadata.reason).toBe('The section target_settings has the value “unmanaged” for “bind9”.');
    expect((await remove('target_settings', 'bind9', 'unmanaged')).data).toEqual({ status: 1 });
    expect(await section('target_settings', 'bind9')).toEqual({ bind9: 'installed' });
    expect((await remove('target_settings', 'bind9', 'installed')).metadata.reason).toBe(
      'The entry of “bind9” is not a setting: a role of this server needs the package.',
    );
    expect((await remove('pins', 'nginx', '1.0')).metadata.reason).toBe(
      'The section pins has no entry “nginx”.',
    );
  });
});

describe('list_rpms', () => {
  const list = async (args: Arguments = {}) => (await here.call('list_rpms', args)).data?.rpms;

  it('lists packages of the roles of this server that are missing', async () => {
    expect(await list({ target: 'DNS' })).toEqual([]);
    expect(await list()).toEqual([...ALL_PACKAGES].sort());
    mkdirSync(join(here.state, 'root/var/lib/dpkg'), { recursive: true });
    const status = 'Package: bind9-utils\nStatus: install ok installed\nVersion: 1.0\nArchitecture: all\n';
    writeFileSync(join(here.state, 'root/var/lib/dpkg/status'), status);
    expect([await list(), await list({ target: 'DNS' })]).toEqual([
      [...ALL_PACKAGES, 'bind9'].sort(),
      ['bind9'],
    ]);
  });

  it('rejects other targets', async () => {
    expect((await here.call('list_rpms', { target: '3rdparty' })).metadata.reason).toBe(
      'The parameter “target” should be a role with packages, such as MySQL, Postgres, DNS, WebServer, MailReceive, SpamFilter, MailingLists, Webmail, FTP, and not “3rdparty”.',
    );
  });
});

describe('install_rpm_plugin and uninstall_rpm_plugin', () => {
  it('install and remove packages of plugins in a task', async () => {
    const { data, metadata } = await here.call('install_rpm_plugin', { name: 'example' });
    expect(data).toEqual({
      log_entry: 'whmapi1-plugin-example.2026-03-01T12:00:10.000Z',
      pid: metadata.task,
    });
    expect(metadata.output?.messages).toEqual(['Installs whmapi1-plugin-example 1.0-1.']);
    const log = await here.call('package_manager_get_build_log', { build: metadata.task ?? 0, offset: 0 });
    expect(log.data).toMatchObject({ still_running: 1 });
  });

  it.each([
    ['install_rpm_plugin', 'nginx', 'not_found', /^There is no plugin “whmapi1-plugin-nginx”\./],
    ['uninstall_rpm_plugin', 'nginx', 'not_found', /^There is no plugin “whmapi1-plugin-nginx”\./],
    [
      'uninstall_rpm_plugin',
      'whmapi1-plugin-example',
      'bad_param',
      /^The plugin “whmapi1-plugin-example” is not installed\.$/,
    ],
    ['install_rpm_plugin', '../x', 'bad_param', /the name of a plugin’s package/],
  ])('%s rejects %j', async (name, plugin, code, reason) => {
    const { metadata } = await here.call(name, { name: plugin });
    expect(metadata).toMatchObject({ result: 0, error_code: code });
    expect(metadata.reason).toMatch(reason);
    expect(metadata.task).toBeUndefined();
  });
});
