// The packages of a sandbox.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

type Info = Readonly<Record<string, Json>>;

async function list(state: string): Promise<string[]> {
  const { data } = await here.call('package_manager_list_packages', { state });
  return (data?.packages as { package: string }[]).map((row) => row.package);
}

async function info(args: Readonly<Record<string, Json>>): Promise<Info[]> {
  const { data, metadata } = await here.call('package_manager_get_package_info', args);
  expect(metadata.reason).toBe('OK');
  return data?.packages as Info[];
}

/** Writes a list of packages of the sandbox’s own. */
function writeLists(packages: string, status?: string): void {
  const root = join(here.state, 'root/var/lib');
  mkdirSync(join(root, 'apt/lists'), { recursive: true });
  writeFileSync(join(root, 'apt/lists/sandbox_Packages'), packages);
  if (status === undefined) return;
  mkdirSync(join(root, 'dpkg'), { recursive: true });
  writeFileSync(join(root, 'dpkg/status'), status);
}

describe('package_manager_list_packages', () => {
  it('lists packages by their state', async () => {
    const [any, installed, absent] = [
      await list('any'),
      await list('installed'),
      await list('not_installed'),
    ];
    expect(installed).toEqual(['base-files', 'bind9', 'bind9-libs', 'bind9-utils', 'dpkg', 'openssl']);
    expect(absent).toContain('nginx');
    expect(any).toEqual([...installed, ...absent].sort());
    expect(await list('updatable')).toEqual(['openssl']);
  });

  it('knows the packages of a list that a developer writes', async () => {
    writeLists('Package: own-package\nVersion: 1.0\nArchitecture: all\n');
    expect(await list('not_installed')).toEqual(['own-package']);
  });

  it('is for root alone', async () => {
    const { metadata } = await here.call(
      'package_manager_list_packages',
      {},
      { as: reseller('rita', 'list-pkgs') },
    );
    expect(metadata.error_code).toBe('denied');
  });
});

describe('package_manager_get_package_info', () => {
  it('has the fields of WHM', async () => {
    expect(await info({ package: ['openssl'] })).toEqual([
      {
        package: 'openssl',
        state: 'updatable',
        version: '3.5.1',
        release: '1',
        version_installed: '3.5.1-1',
        version_latest: '3.5.4-1',
        architecture: 'amd64',
        repo_name: 'sandbox',
        size: 2494 * 1024,
        short_description: 'Secure Sockets Layer toolkit - cryptographic utility',
        long_description: "This package is part of the OpenSSL project's implementation of TLS.",
        license: '',
        more_info_url: 'https://openssl-library.org',
        pkg_group: 'utils',
        pkg_dep: { requires: [], conflicts: [] },
      },
    ]);
  });

  it('distinguishes epoch, version and revision, and versions without one', async () => {
    writeLists(
      'Package: native\nVersion: 2:1.0\nArchitecture: all\n\nPackage: revised\nVersion: 1:2.0-rc1-3\nArchitecture: all\n',
    );
    const parts = (await info({ package: ['native', 'revised'] })).map(({ version, release }) => [
      version,
      release,
    ]);
    expect(parts).toEqual([
      ['2:1.0', ''],
      ['1:2.0-rc1', '3'],
    ]);
  });

  it('finds the packages of a namespace, and no others that begin like it', async () => {
    const names = (await info({ ns: ['php8.4', 'bind9'] })).map((row) => row.package);
    expect(names).toEqual([
      ...['bind9', 'bind9-libs', 'bind9-utils'],
      ...['php8.4-cli', 'php8.4-common', 'php8.4-fpm'],
    ]);
    expect(await info({ ns: ['php8'] })).toEqual([]);
  });

  it.each([
    [{}, 'missing_param', /“ns” or “package”/],
    [{ ns: ['bind9'], package: ['bind9'] }, 'bad_param', /“ns”.*“package”/],
    [
      { package: ['nope', 'bind9'] },
      'not_found',
      /^No list of packages has “nope”\. package_manager_list_packages/,
    ],
    [
      { package: ['bind9=1.0'] },
      'bad_param',
      /the name of a Debian package, such as bind9, without a version/,
    ],
    [{ package: ['--help'] }, 'bad_param', /the name of a Debian package/],
  ])('rejects %j', async (args, code, reason) => {
    const { metadata } = await here.call('package_manager_get_package_info', args);
    expect(metadata).toMatchObject({ result: 0, error_code: code });
    expect(metadata.reason).toMatch(reason);
  });
});

describe('package_manager_resolve_actions', () => {
  const resolve = (args: Readonly<Record<string, Json>>) =>
    here.call('package_manager_resolve_actions', args);

  it('adds packages with their dependencies', async () => {
    expect((await resolve({ package: ['php8.4-fpm', 'openssl', 'bind9'] })).data).toEqual({
      install: ['php8.4-cli', 'php8.4-common', 'php8.4-fpm'],
      upgrade: ['openssl'],
      uninstall: [],
      unaffected: ['bind9'],
    });
  });

  it('chooses the first alternative that can be installed, and none if one is installed', async () => {
    expect((await resolve({ package: ['mailman3'] })).data?.install).toEqual([
      'exim4-daemon-light',
      'mailman3',
    ]);
    expect((await resolve({ package: ['postfix', 'mailman3'] })).data?.install).toEqual([
      'mailman3',
      'postfix',
    ]);
  });

  it('removes other packages of the namespaces', async () => {
    const status = ['php8.4-common', 'php8.4-cli', 'php8.4-fpm']
      .map((name) => `Package: ${name}\nStatus: install ok installed\nVersion: 8.4.11-1\nArchitecture: all\n`)
      .join('\n');
    writeLists('', status);
    const { data } = await resolve({ package: ['php8.4-cli', 'php8.4-common'], ns: ['php8.4'] });
    expect(data).toEqual({
      install: [],
      upgrade: [],
      uninstall: ['php8.4-fpm'],
      unaffected: ['php8.4-cli', 'php8.4-common'],
    });
  });

  it('warns of packages that cannot be removed', async () => {
    const { data, metadata } = await resolve({ package: ['bind9-utils'], ns: ['bind9'] });
    // bind9-utils depends on bind9-libs.
    expect(data?.uninstall).toEqual(['bind9']);
    expect(metadata.output?.warnings).toEqual([
      'package_manager_submit_actions refuses this: “bind9” belongs to the role DNS of this server. First activate a ' +
        'profile without this role (start_profile_activation).',
    ]);
  });

  it.each([
    [{ package: ['nope'] }, 'bad_param', /^No list of packages has “nope”/],
    [
      { package: ['postfix', 'exim4-daemon-light'] },
      'host_failed',
      /^apt finds no way to do that\. .*conflicts/,
    ],
  ])('rejects %j', async (args, code, reason) => {
    const { metadata } = await resolve(args);
    expect(metadata).toMatchObject({ result: 0, error_code: code });
    expect(metadata.reason).toMatch(reason);
  });
});
