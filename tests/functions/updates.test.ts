import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import { writeInstalled } from '../support/apt-tree.ts';
import { Installation, reseller } from '../support/installation.ts';
import { describeWith, itWith } from '../support/require-tool.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

describe('version', () => {
  it('returns the version in package.json', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect((await here.call('version')).data).toEqual({ version });
  });
});

function write(path: string, text: string): void {
  const file = join(here.state, 'root', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const trixie = 'NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n';

describe('accept_eula', () => {
  it('keeps the first acceptance, and run_cpkeyclt shows it', async () => {
    const origin = 'root accepted the licence on 2026-03-01.';
    const { metadata } = await here.call('accept_eula');
    expect(metadata.output?.messages).toEqual([origin]);
    here.time += 86_400_000;
    expect((await here.call('accept_eula')).metadata.output?.messages).toEqual([origin]);
    expect((await here.call('run_cpkeyclt')).metadata.output?.messages).toContain(origin);
  });

  it('records nothing in a dry run', async () => {
    await here.call('accept_eula', {}, { dryRun: true });
    expect((await here.call('run_cpkeyclt')).metadata.output?.messages).toHaveLength(1);
  });
});

describe('installed_versions', () => {
  it('returns 0 for what is not installed', async () => {
    const { data } = await here.call('installed_versions');
    expect(data).toMatchObject({
      ...{ linux_kernel: release(), operating_system_name: 'Linux', operating_system_version: '' },
      ...{ apache: '0', bind: '0', mariadb: '0', mariadb_build: '0', apache_php_versions: [0] },
    });
    expect(data).not.toHaveProperty('os_packages');
  });

  itWith(['dpkg-query'], 'returns what dpkg has installed', async () => {
    write('usr/lib/os-release', trixie);
    write('etc/debian_version', '13.6\n');
    writeInstalled(join(here.state, 'root'), {
      ...{
        apache2: '2.4.65-2',
        bind9: '1:9.20.11-4',
        whmapi1: '1.0.0',
        'mariadb-server': '1:11.8.3-0+deb13u1',
      },
      ...{ 'postgresql-15': '15.14-0+deb12u1', 'postgresql-17': '17.6-0+deb13u1', php: '2:8.4+96' },
      ...{ 'php8.4-fpm': '8.4.11-1', 'libapache2-mod-php8.2': '8.2.29-1', 'php10.0-cgi': '10.0.1-1' },
    });
    const { data } = await here.call('installed_versions', { packages: 1 });
    expect(data).toMatchObject({
      ...{ operating_system_name: 'Debian GNU/Linux', operating_system_version: '13.6' },
      ...{ apache: '2.4.65-2', bind: '1:9.20.11-4', exim: '0', mysql: '0' },
      ...{ mariadb: '11.8', mariadb_build: '11.8.3', postgresql: '17.6', postgresql_build: '17.6' },
      ...{ apache_php_default_version: '8.4', apache_php_versions: ['8.2', '8.4', '10.0'] },
      cpanel_packages: ['whmapi1=1.0.0'],
    });
    expect((data as { ea_4_packages: string[] }).ea_4_packages.sort()).toEqual([
      ...[
        'apache2=2.4.65-2',
        'libapache2-mod-php8.2=8.2.29-1',
        'php10.0-cgi=10.0.1-1',
        'php8.4-fpm=8.4.11-1',
      ],
      'php=2:8.4+96',
    ]);
    expect((data as { os_packages: string[] }).os_packages).toHaveLength(10);
  });

  it('does not count a package that was removed but not purged', async () => {
    const files =
      'Package: apache2\nStatus: deinstall ok config-files\nVersion: 2.4.65-2\nArchitecture: amd64\n';
    write('var/lib/dpkg/status', files);
    expect((await here.call('installed_versions')).data).toMatchObject({ apache: '0' });
  });
});

describe('get_current_lts_expiration_status', () => {
  it('fails if the release of Debian is unknown', async () => {
    const { metadata } = await here.call('get_current_lts_expiration_status');
    expect(metadata.error_code).toBe('not_found');
    expect(metadata.reason).toContain('VERSION_CODENAME');
  });

  itWith(['debian-distro-info'], 'returns the end of long-term support', async () => {
    write('usr/lib/os-release', trixie.replace('13', '10').replace('trixie', 'buster'));
    write('etc/debian_version', '10.13\n');
    const expiration = Date.parse('2024-06-30T23:59:59Z') / 1000;
    const status = async () => (await here.call('get_current_lts_expiration_status')).data;
    here.time = Date.parse('2024-03-30T12:00:00Z');
    const data = { expiration, expires_in_next_three_months: 0, full_version: '10.13' };
    expect(await status()).toEqual(data);
    here.time = Date.parse('2024-04-01T12:00:00Z');
    expect(await status()).toEqual({ ...data, expires_in_next_three_months: 1 });
    here.time = Date.parse('2026-04-01T12:00:00Z');
    expect(await status()).toEqual({ ...data, expires_in_next_three_months: 1 });
  });

  itWith(
    ['debian-distro-info'],
    'fails for a release without a date, and for one that Debian does not have',
    async () => {
      write('etc/os-release', 'VERSION_CODENAME=sid\n');
      const reason = async () => (await here.call('get_current_lts_expiration_status')).metadata.reason;
      expect(await reason()).toContain('distro-info-data has no release “sid” of Debian');
      write('etc/os-release', 'VERSION_CODENAME=duke\n');
      expect(await reason()).toBe('The end of support of Debian 15 “duke” is not known yet.');
    },
  );
});

describeWith(['debian-distro-info'], 'the releases of Debian', () => {
  const end = (day: string) => Date.parse(`${day}T23:59:59Z`) / 1000;

  test('get_lts_wexpire names the present ones', async () => {
    here.time = Date.parse('2025-10-01T12:00:00Z');
    const { data } = await here.call('get_lts_wexpire');
    const { tiers, branch } = data as { tiers: Record<string, unknown>; branch: Record<string, unknown> };
    expect(tiers['12']).toMatchObject([{ build: '12', is_lts: 1, is_main: 1, named: ['oldstable'] }]);
    expect(tiers['13']).toMatchObject([{ build: '13', named: ['stable'] }]);
    expect(tiers['10']).toEqual([{ build: '10', expires: String(end('2024-06-30')), is_lts: 1, is_main: 1 }]);
    expect(tiers['5.0']).toEqual([{ build: '5.0', expires: String(end('2012-02-06')), is_main: 1 }]);
    expect(tiers).not.toHaveProperty('14');
    expect(branch['13']).toEqual([{ build: '13', is_main: 1 }]);
    expect(Object.keys(branch)).toEqual(Object.keys(tiers));
  });

  test('getlongtermsupport lists those whose long-term support has not ended', async () => {
    here.time = Date.parse('2023-01-01T00:00:00Z');
    const { data } = await here.call('getlongtermsupport');
    const { versions } = data as { versions: { version: string }[] };
    expect(versions.map(({ version }) => version).slice(0, 2)).toEqual(['10', '11']);
    expect(versions[0]).toEqual({
      ...{ version: '10', series: 'buster', is_lts: 1 },
      ...{ support_ends: end('2022-09-10'), lts_ends: end('2024-06-30') },
    });
    const all = (await here.call('getlongtermsupport', { all: 1 })).data as typeof data & {
      versions: unknown[];
    };
    expect(all.versions[0]).toEqual({
      version: '1.1',
      series: 'buzz',
      support_ends: end('1997-06-05'),
      is_lts: 0,
    });
  });
});

test.each([
  ...['accept_eula', 'installed_versions', 'get_current_lts_expiration_status'],
  ...['get_lts_wexpire', 'getlongtermsupport'],
])('%s is for root', async (name) => {
  expect((await here.call(name, {}, { as: reseller('rita') })).metadata.error_code).toBe('denied');
});
