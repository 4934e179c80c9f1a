// An upgrade from the first released version to this tree, back, and again, beside visitors, clients, scripts and a running
// task: nobody notices, no daemon restarts, and no account changes.
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { buildPackage, builtPackage } from '../../machine/built-package.ts';
import { machineRoot } from '../../machine/debian-root.ts';
import { describeOnMachine } from '../../machine/describe-on-machine.ts';
import { bootMachine, type Machine } from '../../machine/machine.ts';
import { waitUntilServed } from '../../machine/served.ts';
import { until } from '../../machine/until.ts';

/** The commit of the first released version, whose store a downgrade still understands. */
const RELEASED = 'Release 0.2.0';
/** Above every released one, so that apt upgrades to it. */
const UPGRADE = '99.0.0';
const ACCOUNTS = 30;
/** Work that an upgrade puts off for a minute shows within it. */
const AFTERWARDS_MS = 90_000;
/** ProFTPD is restarted: only a start takes another place for its list of sessions, which 0.2.0 let everybody read. */
const DAEMONS = ['apache2', 'php8.4-fpm', 'named', 'mariadb', 'exim4', 'dovecot'];

interface Load {
  readonly visits: number;
  readonly calls: number;
  readonly commands: number;
  readonly slowestMs: Readonly<Record<string, number>>;
  readonly failed: readonly string[];
}

describeOnMachine('an upgrade of a busy server', () => {
  let folder: string;
  let machine: Machine;
  let token: string;
  let released: string;
  let upgrade: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'whmapi1-upgrade-'));
    await builtPackage();
    machine = await bootMachine(machineRoot());
    released = bring(buildReleased());
    upgrade = bring(buildPackage(folder, '--version', UPGRADE));
    machine.install(released);
    machine.sh('whmapi1 --wait start_profile_activation code=STANDARD');
    for (const user of users) machine.sh(`whmapi1 createacct username=${user} domain=${user}.example`);
    for (const user of users) {
      machine.sh(`echo ${user}.example >/home/${user}/public_html/index.html`);
      waitUntilServed(machine, `${user}.example`);
    }
    machine.sh('whmapi1 suspendacct user=u30');
    token = (data('api_token_create token_name=load') as { token: string }).token;
    copyFileSync('tests/soak/machine/upgrade-load.cjs', machine.path('/root/upgrade-load.cjs'));
  }, 1_800_000);
  afterAll(async () => {
    await machine.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const users = Array.from({ length: ACCOUNTS }, (_, index) => `u${index + 1}`);
  const visited = users.slice(0, -1).map((user) => `${user}.example`);

  /** Builds the released version from this repository's history. @returns the path of its package. */
  function buildReleased(): string {
    const git = (...words: string[]) => execFileSync('git', words, { encoding: 'utf8' }).trim();
    const commit = git('log', '-1', '--format=%H', '--fixed-strings', `--grep=${RELEASED}`);
    const tree = join(folder, 'released');
    git('worktree', 'add', '--detach', tree, commit);
    try {
      const options = { cwd: tree, stdio: 'ignore' } as const;
      execFileSync('npm', ['ci'], options);
      execFileSync('npm', ['run', 'deb'], options);
      const file = readdirSync(tree).find((name) => name.endsWith('.deb')) ?? '';
      copyFileSync(join(tree, file), join(folder, file));
      return join(folder, file);
    } finally {
      git('worktree', 'remove', '--force', tree);
    }
  }

  /** @returns the package's path inside. */
  function bring(file: string): string {
    const inside = `/var/tmp/${basename(file)}`;
    copyFileSync(file, machine.path(inside));
    return inside;
  }

  const data = (words: string) =>
    (JSON.parse(machine.sh(`whmapi1 --output=json ${words}`)) as { data: unknown }).data;

  /** What listaccts tells of all accounts, without what is measured again each day. */
  const facts = () =>
    (
      data('listaccts api.sort.enable=1 api.sort.a.field=user') as { acct: Record<string, unknown>[] }
    ).acct.map(({ diskused: _space, inodesused: _files, ...others }) => others);
  const mainProcesses = () =>
    Object.fromEntries(
      DAEMONS.map((name) => [name, machine.sh(`systemctl show --property=MainPID --value ${name}`).trim()]),
    );
  const tasks = () =>
    (
      JSON.parse(machine.sh('whmapi1 --tasks --output=json')) as {
        tasks: { action: string; state: string }[];
      }
    ).tasks;

  /** @returns what happened to those who used the server while the package was installed, and afterwards. */
  async function duringInstallation(install: () => void): Promise<Load> {
    const words = ['-t', String(machine.pid), '-a', '--root', '--wdns=/'];
    const program = [
      'env',
      '-i',
      'PATH=/usr/sbin:/usr/bin',
      'node',
      '/root/upgrade-load.cjs',
      token,
      ...visited,
    ];
    const load = spawn('nsenter', [...words, ...program], { stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    load.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
    const ended = new Promise((resolve) => load.once('close', resolve));
    try {
      await pause(3000);
      machine.sh('whmapi1 convert_all_domains_to_fpm');
      install();
      await pause(AFTERWARDS_MS);
    } finally {
      load.stdin.end();
      await ended;
    }
    return JSON.parse(output) as Load;
  }

  it.each([
    ['to this version', () => upgrade, UPGRADE],
    ['back to the released one', () => released, /^0\.2\.0$/],
    ['to this version again', () => upgrade, UPGRADE],
  ])('%s refuses no visit and no call, and restarts no daemon', async (_, file, version) => {
    const before = { facts: facts(), daemons: mainProcesses() };
    const load = await duringInstallation(() =>
      machine.sh(`DEBIAN_FRONTEND=noninteractive apt-get install -y -q --allow-downgrades ${file()}`),
    );
    process.stdout.write(`${JSON.stringify({ ...load, failed: load.failed.length })}\n`);
    expect(load.failed).toEqual([]);
    expect(load.visits).toBeGreaterThan(2000);
    expect(load.calls).toBeGreaterThan(300);
    expect(load.commands).toBeGreaterThan(100);
    expect(machine.sh(`dpkg-query -W -f '\${Version}' whmapi1`)).toMatch(version);
    await until(() => tasks().every(({ state }) => state !== 'running' && state !== 'waiting'));
    expect({ facts: facts(), daemons: mainProcesses() }).toEqual(before);
    expect(machine.sh('curl -s -o /dev/null -w %{http_code} -H "Host: u30.example" http://127.0.0.1/')).toBe(
      '503',
    );
  });
});
