// The packages of a Debian system, by the real apt and dpkg with directories of their own.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { AptRoot, file, stanza } from '../support/apt-root.ts';
import { Installation } from '../support/installation.ts';
import { describeWith } from '../support/require-tool.ts';

const installed = [
  stanza('base', '1.0', 'Status: install ok installed', 'Installed-Size: 12', 'Essential: yes'),
  stanza('old', '1:1.0-1', 'Status: install ok installed', 'Installed-Size: 7'),
  stanza('kept', '1.0', 'Status: hold ok installed'),
  stanza('user', '1.0', 'Status: install ok installed', 'Installed-Size: 12', 'Depends: old, base'),
  stanza('gone', '1.0', 'Status: deinstall ok config-files'),
].join('\n');
const available = [
  stanza('base', '1.0', ...file, 'Essential: yes'),
  stanza('old', '1:2.0-1', ...file, 'Homepage: https://example.com/'),
  stanza('kept', '2.0', ...file),
  stanza('user', '1.0', ...file, 'Depends: old, base'),
  stanza('new', '3.0', ...file, 'Depends: helper (>= 1), base', 'Conflicts: other'),
  stanza('helper', '1.5', ...file),
  stanza('other', '1.0', ...file),
  stanza('hostile', '1.0', ...file, 'Conflicts: user'),
  stanza('set-one', '1.0', ...file),
  stanza('set-two', '1.0', ...file, 'Depends: set-one'),
].join('\n');

describeWith(['apt-get'], 'packages of Debian', () => {
  let here: Installation;
  let root: AptRoot;
  beforeAll(() => {
    here = new Installation();
    root = new AptRoot(installed, available);
    here.overrides = { machine: root.on(here.engine.machine) };
  });
  afterAll(() => {
    here.remove();
    root.remove();
  });

  async function list(state: string): Promise<string[]> {
    const { data } = await here.call('package_manager_list_packages', { state });
    return (data?.packages as { package: string }[]).map((row) => row.package);
  }
  async function info(args: Readonly<Record<string, Json>>) {
    const { data, metadata } = await here.call('package_manager_get_package_info', args);
    expect(metadata.reason).toBe('OK');
    return data?.packages as Record<string, Json>[];
  }
  const resolve = (args: Readonly<Record<string, Json>>) =>
    here.call('package_manager_resolve_actions', args);

  it('lists packages by what dpkg and apt say', async () => {
    expect(await list('installed')).toEqual(['base', 'kept', 'old', 'user']);
    expect(await list('updatable')).toEqual(['old']);
    // dpkg still has the configuration of “gone”.
    expect(await list('not_installed')).toEqual([
      ...['gone', 'helper', 'hostile', 'new', 'other', 'set-one', 'set-two'],
    ]);
    expect(await list('any')).toContain('base');
  });

  it('shows the installed version, and what apt would install', async () => {
    expect(await info({ package: ['old', 'new'] })).toEqual([
      expect.objectContaining({
        ...{ package: 'old', state: 'updatable', version: '1:1.0', release: '1', architecture: 'all' },
        ...{ version_installed: '1:1.0-1', version_latest: '1:2.0-1', size: 7 * 1024, pkg_group: '' },
        ...{ repo_name: `file:${root.path}/repository ./`, short_description: 'old in short' },
        more_info_url: null,
      }),
      expect.objectContaining({
        ...{ package: 'new', state: 'not_installed', version: '3.0', release: '', version_installed: '' },
        ...{ version_latest: '3.0', size: 12 * 1024, pkg_group: 'admin', license: '' },
        pkg_dep: { requires: ['helper (>= 1)', 'base'], conflicts: ['other'] },
      }),
    ]);
  });

  it('shows the latest version of a held package only if excludes are disabled', async () => {
    const fields = async (args: Readonly<Record<string, Json>>) =>
      (await info({ package: ['kept'], ...args })).map((row) => [row.state, row.version_latest]);
    expect(await fields({})).toEqual([['installed', '1.0']]);
    expect(await fields({ 'disable-excludes': 1 })).toEqual([['updatable', '2.0']]);
  });

  it('ignores pins if excludes are disabled', async () => {
    root.write('etc/apt/preferences.d/own.pref', 'Package: old\nPin: version 1:1.0*\nPin-Priority: 990\n');
    const latest = async (args: Readonly<Record<string, Json>>) =>
      (await info({ package: ['old'], ...args })).map((row) => row.version_latest);
    const pinned = await latest({});
    const free = await latest({ 'disable-excludes': 1 });
    root.write('etc/apt/preferences.d/own.pref', '');
    expect([pinned, free]).toEqual([['1:1.0-1'], ['1:2.0-1']]);
  });

  it('reads the licenses of an installed package', async () => {
    mkdirSync(join(root.path, 'usr/share/doc/user'), { recursive: true });
    root.write(
      'usr/share/doc/user/copyright',
      [
        'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n',
        'Files: *\nCopyright: 2020 A\nLicense: Expat\n Text.\n',
        'Files: debian/*\nCopyright: 2020 B\nLicense: GPL-2+\n',
        'License: GPL-2+\n On Debian systems …\n',
      ].join('\n'),
    );
    expect((await info({ package: ['user', 'old'] })).map(({ license }) => license)).toEqual([
      'Expat, GPL-2+',
      '',
    ]);
  });

  it('simulates what a set of packages needs', async () => {
    expect((await resolve({ package: ['new', 'old', 'base'] })).data).toEqual({
      install: ['helper', 'new'],
      upgrade: ['old'],
      uninstall: [],
      unaffected: ['base'],
    });
    expect((await resolve({ package: ['set-two'], ns: ['set', 'user'] })).data).toEqual({
      install: ['set-one', 'set-two'],
      upgrade: [],
      uninstall: ['user'],
      unaffected: [],
    });
  });

  it('gives apt’s reason if it is impossible', async () => {
    const { metadata } = await resolve({ package: ['new', 'other'] });
    expect(metadata).toMatchObject({ result: 0, error_code: 'host_failed' });
    expect(metadata.reason).toMatch(
      /^apt finds no way to do that\. new: Conflicts: other.*Nothing was changed\.$/,
    );
  });

  it.each([['nope'], ['base-'], ['ol+'], ['o.d']])('takes %j for no name of a package', async (name) => {
    const { metadata } = await resolve({ package: [name] });
    expect(metadata).toMatchObject({ result: 0, error_code: 'bad_param' });
    expect(metadata.reason).toContain(`No list of packages has “${name}”.`);
  });

  it('reads and writes pins, which apt obeys', async () => {
    const old = { section: 'pins', key: 'old', value: '1:1.0*' };
    expect((await here.call('edit_rpm_version', old)).data).toEqual({ status: 1 });
    const other = { section: 'target_settings', key: 'helper', value: 'uninstalled' };
    expect((await here.call('edit_rpm_version', other)).data).toEqual({ status: 1 });
    const { data } = await here.call('get_rpm_version_data', { section: 'target_settings' });
    expect(data).toEqual({ helper: 'uninstalled', kept: 'unmanaged' });
    expect(await list('updatable')).toEqual([]);
    expect((await resolve({ package: ['new'] })).metadata.reason).toMatch(
      /^apt finds no way to do that\. new: Depends: helper/,
    );
    await here.call('delete_rpm_version', old);
    await here.call('delete_rpm_version', other);
    expect(await list('updatable')).toEqual(['old']);
    expect((await resolve({ package: ['new'] })).metadata.reason).toBe('OK');
  });

  it('refuses to remove an essential package, with its name', async () => {
    const { metadata } = await here.call('package_manager_submit_actions', { uninstall: ['base', 'user'] });
    expect(metadata).toMatchObject({ result: 0, error_code: 'bad_param' });
    expect(metadata.reason).toMatch(/must stay\. “base” is essential/);
  });

  it('notices that another program has locked the packages', async () => {
    const { metadata } = await here.call('package_manager_submit_actions', { install: ['other'] });
    const build = metadata.task ?? 0;
    await here.engine.store.transaction('changes', async (db) => ({
      value: await db.run("UPDATE task SET state = 'stopped', ended_at = 1 WHERE id = ?", build),
      keep: true,
    }));
    const active = async () => {
      const answer = await here.call('package_manager_is_performing_actions', { build });
      return [answer.data?.active, answer.metadata.output?.messages];
    };
    expect(await active()).toEqual([0, undefined]);
    const holder = await lock(join(root.path, 'var/lib/dpkg/lock-frontend'));
    try {
      expect(await active()).toEqual([1, [`python3 (process ${holder.pid}) has locked the packages.`]]);
    } finally {
      holder.kill();
    }
  });
});

/** A process that locks a file as dpkg does. */
async function lock(path: string): Promise<ChildProcess> {
  const script =
    'import fcntl, sys, time\nf = open(sys.argv[1], "w")\nfcntl.lockf(f, fcntl.LOCK_EX)\nprint("locked", flush=True)\ntime.sleep(600)\n';
  const child = spawn('python3', ['-c', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((done) => child.stdout.once('data', done));
  return child;
}
