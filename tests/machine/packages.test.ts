// Packages of the system on a fresh Debian, with whmapi1d’s worker, the real apt, and a repository of tiny packages.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { installedRoot } from './prepared-roots.ts';
import { until } from './until.ts';

interface Envelope {
  readonly metadata: {
    readonly result: number;
    readonly reason: string;
    readonly output?: { messages?: string[] };
  };
  readonly data?: Readonly<Record<string, unknown>>;
}

const REPOSITORY = '/srv/tiny';

interface Tiny {
  readonly name: string;
  readonly version?: string;
  readonly fields?: readonly string[];
  readonly postinst?: string;
  /** By path, with their content. Those in /etc are configuration files. */
  readonly files?: Readonly<Record<string, string>>;
}

const tinies: readonly Tiny[] = [
  { name: 'tiny-base' },
  { name: 'tiny-app', fields: ['Depends: tiny-base'], files: { '/etc/tiny.conf': 'first\n' } },
  {
    name: 'tiny-app',
    version: '2.0',
    fields: ['Depends: tiny-base, tiny-more'],
    files: { '/etc/tiny.conf': 'second\n' },
  },
  { name: 'tiny-more' },
  {
    name: 'tiny-slow',
    postinst:
      'echo "slow begins"; touch /run/slow; while [ ! -e /run/go ]; do sleep 0.1; done; echo "slow ends"',
  },
  { name: 'tiny-full', postinst: 'echo "dpkg: error: No space left on device"; test -e /run/mended' },
  { name: 'tiny-asks', postinst: 'test "$DEBIAN_FRONTEND" = noninteractive && ! read -r answer' },
  { name: 'tiny-large', files: { '/opt/tiny/large': 'small' } },
  { name: 'tiny-large', version: '2.0', files: { '/opt/tiny/large': 'large'.repeat(200_000) } },
  { name: 'whmapi1-plugin-tiny' },
];

describeOnMachine('packages of the system', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await installedRoot());
    addRepository();
  });
  afterAll(() => machine.stop());

  /** Built outside, because a program whose folder is in another namespace does not find its way. */
  function addRepository(): void {
    const drafts = mkdtempSync(join(tmpdir(), 'whmapi1-tiny-'));
    const repository = join(drafts, 'repository');
    mkdirSync(repository, { mode: 0o755 });
    for (const tiny of tinies) buildTiny(tiny, mkdtempSync(join(drafts, 'tiny-')), repository);
    writeFileSync(
      join(repository, 'Packages'),
      must('dpkg-scanpackages', ['--multiversion', '.'], repository),
    );
    mkdirSync(machine.path(REPOSITORY), { mode: 0o755 });
    for (const name of readdirSync(repository)) {
      copyFileSync(join(repository, name), machine.path(`${REPOSITORY}/${name}`));
    }
    rmSync(drafts, { recursive: true });
    writeFileSync(
      machine.path('/etc/apt/sources.list.d/tiny.sources'),
      `Types: deb\nURIs: file:${REPOSITORY}\nSuites: ./\nTrusted: yes\n`,
    );
    machine.sh('apt-get -q update');
  }

  function call(name: string, ...words: string[]): Envelope {
    return JSON.parse(machine.run('whmapi1', ['--output=json', name, ...words]).stdout) as Envelope;
  }

  function submit(...words: string[]): number {
    const { metadata, data } = call('package_manager_submit_actions', ...words);
    expect(metadata).toMatchObject({ result: 1 });
    return Number(data?.build);
  }

  const piece = (build: number, offset: number) =>
    call('package_manager_get_build_log', `build=${build}`, `offset=${offset}`).data as {
      content: string[];
      offset: number;
      still_running: number;
    };
  const isActive = (build: number) =>
    call('package_manager_is_performing_actions', `build=${build}`).data?.active;

  /** Follows a build to its end. @returns its log. */
  async function followed(build: number): Promise<string> {
    const lines: string[] = [];
    let offset = 0;
    await until(() => {
      const next = piece(build, offset);
      lines.push(...next.content);
      offset = next.offset;
      return next.still_running === 0;
    });
    expect(piece(build, 0).content).toEqual(lines);
    return lines.join('\n');
  }

  const version = (name: string) =>
    machine.run('dpkg-query', ['-Wf', '${db:Status-Status} ${Version}', name]).stdout.trim();

  it('installs a package, with apt’s own output in the log', async () => {
    const log = await followed(submit('install=tiny-app'));
    expect(log).toMatch(
      /Installs tiny-app 2\.0, tiny-base 1\.0, tiny-more 1\.0\.[^]*Setting up tiny-app \(2\.0\)[^]*It is done\./,
    );
    expect(version('tiny-app')).toBe('installed 2.0');
    expect(call('package_manager_get_package_info', 'package=tiny-app').data?.packages).toEqual([
      expect.objectContaining({
        package: 'tiny-app',
        state: 'installed',
        repo_name: `file:${REPOSITORY} ./`,
      }),
    ]);
  });

  it('upgrades, with new dependencies, and keeps an edited configuration file', async () => {
    machine.sh(`apt-get -q -y purge tiny-app tiny-more
      apt-get -q -y install tiny-app=1.0; echo own >/etc/tiny.conf`);
    expect(call('package_manager_list_packages', 'state=updatable').data?.packages).toContainEqual({
      package: 'tiny-app',
    });
    const { data } = call('package_manager_upgrade');
    expect(await followed(Number(data?.build))).toContain('It is done.');
    expect([version('tiny-app'), version('tiny-more')]).toEqual(['installed 2.0', 'installed 1.0']);
    expect(machine.sh('cat /etc/tiny.conf')).toBe('own\n');
  });

  it('does not ask', async () => {
    expect(await followed(submit('install=tiny-asks'))).toContain('It is done.');
  });

  it('holds a package, which is then not upgraded', async () => {
    machine.sh('apt-get -q -y purge tiny-app; apt-get -q -y install tiny-app=1.0');
    const words = ['section=target_settings', 'key=tiny-app', 'value=unmanaged'];
    expect(call('edit_rpm_version', ...words).metadata).toMatchObject({ result: 1 });
    expect(machine.sh('apt-mark showhold')).toBe('tiny-app\n');
    await followed(Number(call('package_manager_upgrade').data?.build));
    expect(version('tiny-app')).toBe('installed 1.0');
    expect(call('delete_rpm_version', ...words).metadata).toMatchObject({ result: 1 });
    expect(machine.sh('apt-mark showhold')).toBe('');
  });

  it('refuses to remove what Debian or this program needs', () => {
    const reason = (name: string) =>
      call('package_manager_submit_actions', `uninstall=${name}`).metadata.reason;
    expect(reason('dpkg')).toMatch(/must stay\. “dpkg” is essential/);
    expect(reason('nodejs')).toMatch(/“whmapi1” is this program/);
  });

  it('waits for another apt, says so, and is active meanwhile', async () => {
    machine.sh('apt-get -q -y purge tiny-more');
    machine.sh('systemd-run --quiet --unit=other apt-get -q -y install tiny-slow');
    await until(() => machine.run('test', ['-e', '/run/slow']).status === 0);
    const build = submit('install=tiny-more');
    await until(() => piece(build, 0).content.some((line) => line.includes('Waiting for cache lock')));
    const log = () => piece(build, 0).content.join('\n');
    expect(log()).toMatch(/Waiting for (?:apt-get|dpkg) \(process \d+\), which has locked the packages/);
    expect(isActive(build)).toBe(1);
    machine.sh('touch /run/go');
    expect(await followed(build)).toContain('It is done.');
    await until(() => isActive(build) === 0);
    expect(version('tiny-more')).toBe('installed 1.0');
  });

  it('is continued after the server was killed, and its log lacks nothing', async () => {
    machine.sh('rm -f /run/go /run/slow; apt-get -q -y purge tiny-slow');
    const build = submit('install=tiny-slow');
    await until(() => machine.run('test', ['-e', '/run/slow']).status === 0);
    machine.sh('kill -KILL "$(systemctl show -P MainPID whmapi1d)"');
    await until(() => piece(build, 0).content.some((line) => line.includes('starts again')));
    machine.sh('touch /run/go');
    expect(await followed(build)).toMatch(/slow begins[^]*starts again[^]*slow ends[^]*It is done\./);
    expect(version('tiny-slow')).toBe('installed 1.0');
  });

  it('reports what dpkg has not completed, and fixcache completes it', async () => {
    const log = await followed(submit('install=tiny-full'));
    expect(log).toMatch(
      /It failed: “apt-get” failed: .*dpkg has not completed tiny-full\. Free disk space, and then run package_manager_fixcache/,
    );
    expect(call('package_manager_fixcache').metadata).toMatchObject({ result: 0 });
    machine.sh('touch /run/mended');
    expect(call('package_manager_fixcache')).toMatchObject({ data: { cache_seems_ok_now: 1 } });
    expect(version('tiny-full')).toBe('installed 1.0');
  });

  it('keeps the former version if the disk is full during an upgrade, and upgrades once there is space', async () => {
    machine.sh(`apt-get -q -y install tiny-large=1.0
      mount -t tmpfs -o size=256k tmpfs /opt/tiny; echo small >/opt/tiny/large`);
    const log = await followed(submit('upgrade=tiny-large'));
    expect(log).toMatch(/No space left on device[^]*It failed: “apt-get” failed: /);
    expect(version('tiny-large')).toBe('installed 1.0');
    machine.sh('umount /opt/tiny');
    expect(await followed(submit('upgrade=tiny-large'))).toContain('It is done.');
    expect(version('tiny-large')).toBe('installed 2.0');
  });

  it('reports a repository that cannot be read', () => {
    machine.sh(`mv ${REPOSITORY}/Packages ${REPOSITORY}/away`);
    const broken = call('package_manager_fixcache').metadata;
    machine.sh(`mv ${REPOSITORY}/away ${REPOSITORY}/Packages`);
    expect(broken.result).toBe(0);
    expect(broken.reason).toMatch(/^“apt-get” failed: .*E: .*srv\/tiny/);
    expect(call('package_manager_fixcache').metadata).toMatchObject({ result: 1 });
  });

  it('installs and removes a plugin', async () => {
    const { data } = call('install_rpm_plugin', 'name=tiny');
    expect(await followed(Number(data?.pid))).toContain('It is done.');
    expect(version('whmapi1-plugin-tiny')).toBe('installed 1.0');
    const removed = call('uninstall_rpm_plugin', 'name=whmapi1-plugin-tiny');
    expect(await followed(Number(removed.data?.pid))).toContain('It is done.');
    expect(version('whmapi1-plugin-tiny')).not.toContain('installed');
  });
});

function buildTiny(
  { name, version = '1.0', fields = [], postinst, files = {} }: Tiny,
  draft: string,
  to: string,
): void {
  mkdirSync(join(draft, 'DEBIAN'), { mode: 0o755 });
  const control = [
    ...[`Package: ${name}`, `Version: ${version}`, 'Architecture: all', 'Maintainer: A <a@example.com>'],
    ...['Description: tiny', ...fields, ''],
  ];
  writeFileSync(join(draft, 'DEBIAN/control'), control.join('\n'));
  const configuration = Object.keys(files).filter((path) => path.startsWith('/etc/'));
  if (configuration.length > 0)
    writeFileSync(join(draft, 'DEBIAN/conffiles'), `${configuration.join('\n')}\n`);
  if (postinst !== undefined) {
    writeFileSync(join(draft, 'DEBIAN/postinst'), `#!/bin/sh\nset -e\n${postinst}\n`, { mode: 0o755 });
  }
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(draft, path, '..'), { recursive: true });
    writeFileSync(join(draft, path), content);
  }
  must('dpkg-deb', ['--root-owner-group', '--build', draft, to], draft);
}

function must(program: string, words: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(program, words, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
  return stdout;
}
