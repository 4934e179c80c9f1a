// A developer’s first minutes on a fresh Debian with the packages that the README names: build the Debian package and
// run the tests. All of them take as long here as everywhere, so it is another third of their files each day.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { debianRoot } from '../../machine/debian-root.ts';
import { describeOnMachine } from '../../machine/describe-on-machine.ts';
import { readmeBlock } from '../../machine/readme-block.ts';

/** The packages that the README lists, and the CA certificates, which a fresh Debian has. */
const PACKAGES = ['ca-certificates'].concat(
  /apt-get install -y (.*)/.exec(readmeBlock('apt-get update'))?.[1]?.split(' ') ?? [],
);

/**
 * What npm needs to reach its registry from this machine. It is passed to npm in its environment, at run time.
 * If no address of the registry is configured, this is empty.
 */
function npmSettings(): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const name of ['registry', 'cafile']) {
    settings[`npm_config_${name}`] = execFileSync('npm', ['config', 'get', name], {
      encoding: 'utf8',
    }).trim();
  }
  return settings;
}

const DAY = 24 * 60 * 60 * 1000;
const THIRD = `${1 + (Math.floor(Date.now() / DAY) % 3)}/3`;

/** How much of the output tells why it failed, in characters. */
const REPORT_SIZE = 6000;

describeOnMachine('on a fresh Debian', () => {
  let folder: string;
  let place: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'whmapi1-fresh-'));
    // On a disk, like a developer’s machine. It is also the root of its mounts, to which nsenter returns.
    place = join(folder, 'root');
    execFileSync('cp', ['-a', '--reflink=auto', debianRoot(PACKAGES), place]);
    mkdirSync(join(place, '.old'));
    const clone = join(folder, 'clone');
    const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      encoding: 'utf8',
    });
    for (const file of files.split('\0').filter((name) => name !== '' && existsSync(name))) {
      mkdirSync(dirname(join(clone, file)), { recursive: true });
      cpSync(file, join(clone, file));
    }
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /**
   * Runs a script in the fresh Debian, with this machine’s network, as a user who has a clone in the home directory.
   */
  function run(user: string, script: string) {
    const home = user === 'root' ? '/root' : `/home/${user}`;
    const setUp = `
      set -e
      cd "$1"
      mount --bind . .
      cd "$1"
      cp /etc/resolv.conf etc/resolv.conf
      cp -r /etc/ssl/certs etc/ssl/
      mount -t proc proc proc
      mount --rbind /dev dev
      [ "$2" = root ] || chroot . useradd --create-home --shell /bin/bash "$2"
      cp -r "$3" ".$4/clone"
      chroot . chown -R "$2:$2" "$4/clone"
      pivot_root . .old
      cd /
      umount -l /.old
      exec setpriv --reuid="$2" --regid="$2" --init-groups \\
        sh -c 'export HOME="$1"; cd "$1/clone"; exec bash -c "$2"' sh "$4" "$5"`;
    const words = ['--mount', '--pid', '--ipc', '--fork', '--kill-child', 'bash', '-c', setUp, 'bash'];
    return spawnSync('unshare', [...words, place, user, join(folder, 'clone'), home, script], {
      encoding: 'utf8',
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        // xz's fastest level: nobody installs the package.
        DPKG_DEB_COMPRESSOR_LEVEL: '1',
        ...npmSettings(),
      },
      maxBuffer: 2 ** 28,
    });
  }

  /** Runs blocks of the README. @returns their output. @throws if one of them fails. */
  function follow(user: string, ...blocks: readonly string[]): string {
    const { status, stdout, stderr } = run(user, ['set -e', ...blocks].join('\n'));
    const output = stdout + stderr;
    writeFileSync(join(tmpdir(), `whmapi1-fresh-${user}.log`), output);
    const report = output.search(/^ +● (?!Console)/m);
    const reason =
      status === 0 ? '' : output.slice(report === -1 ? -REPORT_SIZE : report).slice(0, REPORT_SIZE);
    expect({ status, reason }).toEqual({ status: 0, reason: '' });
    // Nor does a test print anything to the console.
    expect(output).not.toMatch(/^ +● /m);
    expect(output).not.toMatch(/install-scripts/);
    expect(output).toContain('/clone/whmapi1_');
    return output;
  }
  const build = readmeBlock('npm run deb');
  const test = readmeBlock('npm test').replace('npm ci && ', '').trim();

  it(`the README’s commands succeed as an ordinary user, with a third of the tests: ${THIRD}`, () => {
    const output = follow('dora', build, `${test} -- --shard=${THIRD}`);
    // One line for each missing tool, with its package.
    expect(output).toMatch(/^skipped: \S+ is missing \(Debian package \S+\)$/m);
  });

  it('they succeed as root, with the tests that depend on the user', () => {
    const first = 'bin/whmapi1 --output=json version';
    // “?? 0” only passes the user on: to a state directory, whose owner it is.
    const dependent = `${test} -- --findRelatedTests $(grep -rE 'gete?uid' tests | grep -vF '?? 0' | cut -d: -f1 | sort -u)`;
    const output = follow('root', build, first, dependent);
    expect(output).toContain('"command":"version"');
    expect(output).toMatch(/^PASS tests\/process\/tree-of-others\.test\.ts/m);
  });
});
