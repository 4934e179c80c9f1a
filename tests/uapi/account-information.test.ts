// What an account reads about itself: Variables, Features, Quota, ResourceUsage, StatsBar, Bandwidth, PasswdStrength,
// Personalization, Locale, Themes and LastLogin.
import { mkdirSync, writeFileSync } from 'node:fs';
import { machine, release } from 'node:os';
import { join } from 'node:path';
import { prune } from '../../src/capabilities/bandwidth/rules/retention.ts';
import { add } from '../../src/capabilities/bandwidth/rules/usage.ts';
import * as sessions from '../../src/capabilities/logins/rules/sessions.ts';
import { Installation } from '../support/installation.ts';
import { installPhp } from '../support/php.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  installPhp(here, '8.4');
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password, quota: '100' });
  await here.call('createacct', { username: 'eve', domain: 'eve.example', password });
});
afterAll(() => here.remove());

const read = async (name: string, args: Record<string, string> = {}) => {
  const { data, errors } = await here.uapi('bob', name, args);
  expect(errors).toBeNull();
  return data;
};

async function override(features: Record<string, 0 | 1>, work: () => Promise<void>): Promise<void> {
  await here.call('add_override_features_for_user', { user: 'bob', features: JSON.stringify(features) });
  try {
    await work();
  } finally {
    const names = JSON.stringify(Object.keys(features));
    await here.call('remove_override_features_for_user', { user: 'bob', features: names });
  }
}

test('Variables::get_user_information shows the account, or the variables that the call names', async () => {
  expect(await read('Variables::get_user_information')).toMatchObject({
    user: 'bob',
    domain: 'bob.example',
    disk_block_limit: 102_400,
    home: '/home/bob',
    feature: { zoneedit: 1 },
    notify_password_change: 1,
    ssl_default_key_type: 'rsa-2048',
  });
  const some = { 'name-0': 'domain', 'name-1': 'plan' };
  expect(await read('Variables::get_user_information', some)).toEqual({
    domain: 'bob.example',
    plan: 'default',
  });
  const { errors } = await here.uapi('bob', 'Variables::get_user_information', { name: 'password' });
  expect(errors?.[0]).toContain('name');
});

test('Variables::get_server_information follows the settings of the server', async () => {
  expect(await read('Variables::get_server_information')).toMatchObject({ minimum_password_strength: 65 });
  await here.call('set_tweaksetting', { key: 'allowunregistereddomains', value: '0' });
  await here.call('setminimumpasswordstrengths', { default: '40' });
  expect(await read('Variables::get_server_information')).toMatchObject({
    minimum_password_strength: 40,
    allow_unregistered_domains: 0,
  });
  await here.call('setminimumpasswordstrengths', { default: '65' });
});

test('Variables::get_user_information shows the second contact address, and follows what the account chooses', async () => {
  const names = {
    'name-0': 'contact_email',
    'name-1': 'contact_email_2',
    'name-2': 'notify_password_change',
    'name-3': 'ssl_default_key_type',
  };
  await here.call('modifyacct', { user: 'bob', contactemail: 'bob@example.com' });
  expect(await read('Variables::get_user_information', names)).toEqual({
    contact_email: 'bob@example.com',
    contact_email_2: '',
    notify_password_change: 1,
    ssl_default_key_type: 'rsa-2048',
  });
  await read('ContactInformation::set_email_addresses', {
    'address-0': 'bob@example.com',
    'address-1': 'bob@example.net',
    old_address: 'bob@example.com',
    password,
  });
  await read('ContactInformation::set_notification_preferences', {
    preferences: '{"notify_password_change":"0"}',
  });
  await read('SSL::set_default_key_type', { type: 'ecdsa-prime256v1' });
  expect(await read('Variables::get_user_information', names)).toEqual({
    contact_email: 'bob@example.com',
    contact_email_2: 'bob@example.net',
    notify_password_change: 0,
    ssl_default_key_type: 'ecdsa-prime256v1',
  });
  await here.call('modifyacct', { user: 'bob', contactemail: '' });
  expect(await read('Variables::get_user_information', names)).toMatchObject({
    contact_email: '',
    contact_email_2: 'bob@example.net',
  });
});

test('Variables::get_server_information names the mail and FTP servers, and what of mail is off', async () => {
  expect(await read('Variables::get_server_information')).toMatchObject({
    ...{ mail_server: 'dovecot', mailbox_storage_format: 'maildir', ftp_server: 'proftpd' },
    ...{ disable_boxtrapper: 1, disable_mailman: 0, disable_roundcube: 0, disable_spambox: 0 },
  });
  await here.call('set_tweaksetting', { key: 'skipmailman', value: '1' });
  expect(await read('Variables::get_server_information')).toMatchObject({ disable_mailman: 1 });
});

test('Variables::get_server_information shows the limits of uploads, the default PHP and the database server', async () => {
  const names = {
    'name-0': 'database_prefix_required',
    'name-1': 'file_upload_maximum_bytes',
    'name-2': 'file_upload_must_leave_bytes',
    'name-3': 'mysql_host',
    'name-4': 'php_system_default_version',
    'name-5': 'ssl_default_key_type',
  };
  expect(await read('Variables::get_server_information', names)).toEqual({
    database_prefix_required: 1,
    file_upload_maximum_bytes: null,
    file_upload_must_leave_bytes: 5 * 1024 * 1024,
    mysql_host: 'localhost',
    php_system_default_version: 'ea-php84',
    ssl_default_key_type: 'rsa-2048',
  });
  const set = async (values: Readonly<Record<string, string>>) => {
    for (const [key, value] of Object.entries(values)) {
      expect((await here.call('set_tweaksetting', { key, value })).metadata.result).toBe(1);
    }
  };
  await set({
    database_prefix: '0',
    file_upload_max_bytes: '100',
    file_upload_must_leave_bytes: '1',
    ssl_default_key_type: 'rsa-4096',
  });
  expect(await read('Variables::get_server_information', names)).toEqual({
    database_prefix_required: 0,
    file_upload_maximum_bytes: 100 * 1024 * 1024,
    file_upload_must_leave_bytes: 1024 * 1024,
    mysql_host: 'localhost',
    php_system_default_version: 'ea-php84',
    ssl_default_key_type: 'rsa-4096',
  });
  await set({
    database_prefix: '1',
    file_upload_max_bytes: '',
    file_upload_must_leave_bytes: '5',
    ssl_default_key_type: 'rsa-2048',
  });
});

test('Variables::get_session_information shows the hostname', async () => {
  expect(await read('Variables::get_session_information')).toEqual({ host: 'server.example.com' });
});

test('Features::list_features and Features::has_feature follow overrides', async () => {
  expect(await read('Features::list_features')).toMatchObject({ zoneedit: 1 });
  expect((await here.uapi('bob', 'Features::has_feature', { name: 'zoneedit' })).status).toBe(1);
  await override({ zoneedit: 0 }, async () => {
    expect(await read('Features::list_features')).toMatchObject({ zoneedit: 0, simplezoneedit: 1 });
    const { errors } = await here.uapi('bob', 'Features::has_feature', { name: 'zoneedit' });
    expect(errors).toEqual(['The feature “zoneedit” exists but is not enabled.']);
  });
  const { errors } = await here.uapi('bob', 'Features::has_feature', { name: 'zoneedits' });
  expect(errors?.[0]).toContain('Did you mean “zoneedit”?');
});

test('Features::list_features_like and Features::has_features_like find features that the account has', async () => {
  const zones = { pattern: 'zoneedit' };
  expect(await read('Features::list_features_like', zones)).toEqual(['simplezoneedit', 'zoneedit']);
  await override({ zoneedit: 0 }, async () => {
    expect(await read('Features::list_features_like', zones)).toEqual(['simplezoneedit']);
    const exact = { pattern: '^zone', is_regex: '1' };
    expect(await read('Features::has_features_like', exact)).toEqual({ has_matching_features: 0 });
  });
  const bad = await here.uapi('bob', 'Features::list_features_like', { pattern: '(', is_regex: '1' });
  expect(bad.errors?.[0]).toContain('regular expression');
});

test('Features::get_feature_metadata names every feature', async () => {
  expect(await read('Features::get_feature_metadata')).toEqual(
    expect.arrayContaining([{ id: 'zoneedit', is_plugin: 0, name: 'Zone editor' }]),
  );
});

test('Quota::get_quota_info and Quota::get_local_quota_info measure the home', async () => {
  writeFileSync(join(here.state, 'root/home/bob/large'), 'x'.repeat(20_000));
  // The measurement of the last minute would be the answer.
  here.time += 60_000;
  const local = (await read('Quota::get_local_quota_info')) as unknown as {
    bytes_used: number;
    inodes_used: number;
  };
  expect(local).toMatchObject({ byte_limit: 104_857_600, inode_limit: 0 });
  expect(local.bytes_used).toBeGreaterThanOrEqual(20_000);
  expect(await read('Quota::get_quota_info')).toMatchObject({
    megabyte_limit: 100,
    megabytes_used: Number((local.bytes_used / 1_048_576).toFixed(2)),
    inodes_used: local.inodes_used,
    under_quota_overall: 1,
  });
  const unlimited = await here.uapi('eve', 'Quota::get_quota_info');
  expect(unlimited.data).toMatchObject({ under_quota_overall: 1 });
});

test('ResourceUsage::get_usages counts domains and bytes', async () => {
  const made = await here.call('create_subdomain', {
    domain: 'blog.bob.example',
    document_root: 'public_html/blog',
  });
  expect(made.metadata.reason).toBe('OK');
  const rows = await read('ResourceUsage::get_usages');
  expect(rows).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ id: 'disk_usage', maximum: 104_857_600, formatter: 'format_bytes' }),
      expect.objectContaining({ id: 'filesusage', maximum: null }),
      expect.objectContaining({ id: 'subdomains', usage: 1 }),
      expect.objectContaining({ id: 'addon_domains', usage: 0 }),
    ]),
  );
});

test('StatsBar::get_stats has a row for each statistic, and warns of others', async () => {
  const display = 'diskusage|hostname|emailaccounts|subdomains';
  const { data, warnings } = await here.uapi('bob', 'StatsBar::get_stats', { display });
  expect(data).toMatchObject([
    { id: 'diskusage', _max: '100.00', units: 'MB', is_maxed: 0, rowtype: 'odd' },
    { id: 'hostname', value: 'server.example.com', rowtype: 'even' },
    { id: 'subdomains', count: '1', rowtype: 'odd' },
  ]);
  expect(warnings).toEqual(['These statistics are not provided on this server: emailaccounts.']);
});

test('StatsBar::get_stats shows the software of the server, but not what is not installed', async () => {
  const display = 'kernelversion|machinetype|operatingsystem|apacheversion|mysqlversion|phpversion|localip';
  const facts = async () => {
    const rows = (await read('StatsBar::get_stats', { display })) as unknown as {
      id: string;
      value: string;
    }[];
    return Object.fromEntries(rows.map(({ id, value }) => [id, value]));
  };
  const always = {
    kernelversion: release(),
    machinetype: machine(),
    operatingsystem: 'linux',
    localip: '192.0.2.1',
  };
  const { data } = await here.call('php_get_system_default_version');
  const php = { phpversion: (data?.version as string).replace(/^ea-php(.)/, '$1.') };
  expect(await facts()).toEqual({ ...always, ...php });
  const folder = join(here.state, 'root/var/lib/dpkg');
  mkdirSync(folder, { recursive: true });
  const row = (name: string, version: string) =>
    `Package: ${name}\nStatus: install ok installed\nArchitecture: all\nVersion: ${version}\n` +
    'Maintainer: a <a@b.example>\nDescription: x\n\n';
  writeFileSync(
    join(folder, 'status'),
    row('apache2', '2.4.65-2') + row('mariadb-server', '1:11.8.3-0+deb13u1'),
  );
  expect(await facts()).toEqual({ ...always, ...php, apacheversion: '2.4.65', mysqlversion: '11.8.3' });
});

test('StatsBar::get_stats counts databases against the limit of the package', async () => {
  const display = 'mysqldatabases|postgresqldatabases|sqldatabases';
  await here.uapi('bob', 'Mysql::create_database', { name: 'bob_shop' });
  await here.call('modifyacct', { user: 'bob', MAXSQL: '4' });
  const { data, warnings } = await here.uapi('bob', 'StatsBar::get_stats', { display });
  expect(data).toMatchObject([
    { id: 'mysqldatabases', count: '1', _count: '1', max: '4', _max: '4', percent: 25, feature: 'mysql' },
    { id: 'postgresqldatabases', count: '0', _count: '0', max: '4', is_maxed: 0, feature: 'postgres' },
    { id: 'sqldatabases', count: '1', max: '8', percent: 12 },
  ]);
  expect(warnings).toBeNull();
  await here.call('modifyacct', { user: 'bob', MAXSQL: 'unlimited' });
  here.isMachine = true;
  const some = 'hostname|mysqldatabases|sqldatabases|mysqldiskusage|cachedpostgresdiskusage';
  const without = await here.uapi('bob', 'StatsBar::get_stats', { display: some });
  here.isMachine = false;
  expect(without.data).toMatchObject([{ id: 'hostname' }]);
  expect(without.warnings).toEqual([
    'MariaDB databases cannot be measured: this server does not have the role “MySQLClient”.',
    'PostgreSQL databases cannot be measured: this server does not have the role “Postgres”.',
    'Databases cannot be counted: this server does not have the role “MySQLClient”.',
    'Databases cannot be counted: this server does not have the role “Postgres”.',
  ]);
  await here.uapi('bob', 'Mysql::delete_database', { name: 'bob_shop' });
});

test('StatsBar::get_stats warnings=1 shows only limits that are almost used up', async () => {
  await here.call('modifyacct', { user: 'bob', MAXSUB: '1' });
  const display = 'diskusage|subdomains';
  expect(await read('StatsBar::get_stats', { display, warnings: '1' })).toMatchObject([
    {
      ...{ id: 'subdomains', percent: 100, percent5: 100, is_maxed: 1, max: '1' },
      near_limit_phrase: 'Subdomains: you use 1 of 1.',
      maxed_phrase: 'Subdomains: you have reached the limit of 1.',
    },
  ]);
  expect(await read('StatsBar::get_stats', { display, warnout: '0' })).toMatchObject([{ id: 'diskusage' }]);
  await here.call('modifyacct', { user: 'bob', MAXSUB: 'unlimited' });
  const [disk, unlimited] = (await read('StatsBar::get_stats', { display })) as unknown as object[];
  expect(disk).toMatchObject({ maxed_phrase: 'Disk space: you have reached the limit of 100.00 MB.' });
  expect(Object.keys(unlimited ?? {})).toContain('max');
  expect(Object.keys(unlimited ?? {})).not.toContain('maxed_phrase');
});

test('Bandwidth::query groups what Bandwidth::get_enabled_protocols names', async () => {
  expect(await read('Bandwidth::get_enabled_protocols')).toEqual(['http']);
  await here.engine.store.transaction('changes', async (db) => {
    await add(db, 'http', [
      { name: 'bob.example', day: 20_260_131, bytes: 10 },
      { name: 'bob.example', day: 20_260_201, bytes: 5 },
      { name: 'blog.bob.example', day: 20_260_202, bytes: 1 },
      { name: 'eve.example', day: 20_260_202, bytes: 999 },
    ]);
    return { value: undefined, keep: true };
  });
  const begin = (month: number, day = 1) => String(new Date(2026, month - 1, day).getTime() / 1000);
  const query = (args: Record<string, string>) => read('Bandwidth::query', args);
  expect(await query({ grouping: 'domain' })).toEqual({ 'bob.example': 15, 'blog.bob.example': 1 });
  expect(await query({ grouping: 'year_month|protocol' })).toEqual({
    [begin(1)]: { http: 10 },
    [begin(2)]: { http: 6 },
  });
  const february = { start: begin(2), end: begin(2, 1) };
  expect(await query({ grouping: 'domain', ...february })).toEqual({ 'bob.example': 5 });
  expect(await query({ grouping: 'protocol', protocols: 'ftp' })).toEqual({});
  // Later, only the sum of the month is stored.
  await here.engine.store.transaction('changes', async (db) => {
    await prune(db, new Date(2026, 6, 1).getTime());
    return { value: undefined, keep: true };
  });
  expect(await query({ grouping: 'year_month_day', ...february })).toEqual({ [begin(2)]: 6 });

  const refused = async (args: Record<string, string>) =>
    (await here.uapi('bob', 'Bandwidth::query', args)).errors?.[0];
  expect(await refused({ grouping: 'domain', domains: 'eve.example' })).toContain('eve.example');
  expect(await refused({ grouping: 'year_month_day_hour' })).toContain('counts bandwidth by day');
  expect(await refused({ grouping: 'year|year_month' })).toContain('one period');
  expect(await refused({ grouping: 'domain', timezone: 'Mars/Base' })).toContain('Mars/Base');
});

test('PasswdStrength::get_required_strength follows the minimum of the kind', async () => {
  await here.call('setminimumpasswordstrengths', { virtual: '70' });
  expect(await read('PasswdStrength::get_required_strength', { app: 'pop' })).toEqual({ strength: 70 });
  const old = await here.api2('bob', 'PasswdStrength::get_required_strength', { app: 'webdisk' });
  expect(old.data).toEqual([{ strength: 70 }]);
  const all = await here.api2('bob', 'PasswdStrength::appstrengths');
  expect(all.data).toEqual(
    expect.arrayContaining([
      { app: 'pop', strength: 70 },
      { app: 'ftp', strength: 65 },
    ]),
  );
});

test('PasswdStrength::get_password_strength rates a password', async () => {
  const weak = await here.api2('bob', 'PasswdStrength::get_password_strength', { password: 'secret' });
  expect(Number(weak.data[0]?.strength)).toBeLessThan(30);
  const strong = await here.api2('bob', 'PasswdStrength::get_password_strength', { password });
  expect(Number(strong.data[0]?.strength)).toBeGreaterThan(80);
});

test('Personalization::set stores values of one account, which Personalization::get returns', async () => {
  await read('Personalization::set', { personalization: '{"coffee":"hot"}' });
  expect(await read('Personalization::get', { names: 'coffee' })).toMatchObject({
    personalization: { coffee: { value: 'hot', success: 1 } },
  });
  const { data } = await here.uapi('eve', 'Personalization::get');
  expect(data).toEqual({ personalization: {} });
});

test('Locale::list_locales, Locale::get_attributes and Locale::set_locale know English', async () => {
  expect(await read('Locale::list_locales')).toMatchObject([{ locale: 'en', name: 'English' }]);
  expect(await read('Locale::get_attributes')).toMatchObject({ locale: 'en', direction: 'ltr' });
  expect((await here.api2('bob', 'Locale::get_encoding')).data).toEqual([{ encoding: 'utf-8' }]);
  await here.call('modifyacct', { user: 'bob', LOCALE: 'de' });
  await read('Locale::set_locale', { locale: 'en' });
  expect(await read('Variables::get_user_information', { name: 'locale' })).toEqual({ locale: 'en' });
  const { errors } = await here.uapi('bob', 'Locale::set_locale', { locale: 'fr' });
  expect(errors?.[0]).toContain('en');
});

test('Themes::list shows the themes that Themes::update accepts, and modifyacct can give the account another', async () => {
  expect(await read('Themes::list')).toEqual(['jupiter']);
  expect(await read('Themes::get_theme_base')).toBe('jupiter');
  await here.call('modifyacct', { user: 'bob', RS: 'glass' });
  expect(await read('Themes::list')).toEqual(['glass', 'jupiter']);
  expect(await read('Themes::get_theme_base')).toBe('unknown');
  const { errors } = await here.uapi('bob', 'Themes::update', { theme: 'paper' });
  expect(errors).toEqual(['The parameter “theme” should be glass or jupiter, not “paper”.']);
  await read('Themes::update', { theme: 'jupiter' });
  expect(await read('Variables::get_user_information', { name: 'theme' })).toEqual({ theme: 'jupiter' });
});

// Logins over the network: tests/http/account-door.test.ts.
test('LastLogin::get_last_or_current_logged_in_ip is about the calling account alone', async () => {
  const { engine } = here;
  await engine.store.transaction('changes', async (db) => {
    const randomBytes = async (count: number) => crypto.getRandomValues(new Uint8Array(count));
    const context = { db, now: engine.now, randomBytes, sha256: engine.sha256 };
    const beginning = { address: '2001:db8::7', authentication: 'password' };
    await sessions.open(context, 'eve', { ...beginning, service: 'cpaneld' });
    // A login to WHM is none to the interface of accounts.
    await sessions.open(context, 'bob', { ...beginning, service: 'whostmgrd' });
    return { value: undefined, keep: true };
  });
  const name = 'LastLogin::get_last_or_current_logged_in_ip';
  expect(await read(name)).toEqual([]);
  expect((await here.uapi('eve', name)).data).toEqual(['2001:db8::7']);
});
