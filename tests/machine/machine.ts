// A complete throw-away Debian: its own root file system, systemd as process 1, and its own processes, users and
// network. Everything is removed when it is stopped, or when the process that started it ends. Nothing outside is
// changed.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** Only ends what would never end: a busy machine may need more than a minute. */
const BOOT_MS = 300_000;
/** By reboot(2), process 1 of a namespace ends as if SIGINT had killed it. */
const POWERED_OFF = 130;
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

export class Machine {
  readonly #holder: ChildProcess;
  readonly #base: string;
  readonly #cgroup: string;
  readonly #output: string[] = [];
  #pid = 0;

  constructor(holder: ChildProcess, base: string, cgroup: string) {
    this.#holder = holder;
    this.#base = base;
    this.#cgroup = cgroup;
    for (const stream of [holder.stdout, holder.stderr]) {
      stream?.on('data', (bytes: Buffer) => this.#output.push(bytes.toString()));
    }
  }

  /** The process whose namespaces are the machine’s: its systemd. It is another one after a reboot. */
  get pid(): number {
    return this.#pid;
  }

  /** Runs a program inside, as root. */
  run(program: string, words: readonly string[] = [], options: RunOptions = {}): Ran {
    const { input = '', env = {}, timeoutMs = 600_000 } = options;
    const variables = Object.entries({ PATH, HOME: '/root', LC_ALL: 'C.UTF-8', ...env });
    const { status, stdout, stderr, error } = spawnSync(
      'nsenter',
      [
        ...['-t', String(this.#pid), '-a', '--root', '--wdns=/', 'env', '-i'],
        ...variables.map(([name, value]) => `${name}=${value}`),
        ...[program, ...words],
      ],
      { input, encoding: 'utf8', timeout: timeoutMs, maxBuffer: 2 ** 28 },
    );
    if (error !== undefined) throw error;
    return { status, stdout, stderr };
  }

  /**
   * Runs a bash script inside, which ends at the first failure.
   * @returns its standard output.
   * @throws if it fails.
   */
  sh(script: string, options: RunOptions = {}): string {
    const { status, stdout, stderr } = this.run('bash', ['-euo', 'pipefail', '-c', script], options);
    if (status !== 0) throw new Error(`Status ${status} of:\n${script}\n${stdout}\n${stderr}`);
    return stdout;
  }

  /**
   * Installs packages by name or file, without those that they recommend. There is no network: see `debian-root.ts`.
   */
  install(...packages: readonly string[]): void {
    this.sh(`apt-get install -y -q --no-install-recommends ${packages.join(' ')}`, {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  }

  /** A file inside, by its path outside. */
  path(path: string): string {
    return join('/proc', String(this.#pid), 'root', path);
  }

  /** Its files are kept, and its network card is a new one. @returns once it is up. */
  async reboot(): Promise<void> {
    const before = this.#pid;
    this.run('systemctl', ['reboot']);
    await this.up(before);
  }

  /**
   * Ends it as its administrator would, so that its daemons have written everything.
   * @returns once that is kept.
   * @throws if it could not be kept.
   */
  async powerOff(): Promise<void> {
    const ended = once(this.#holder, 'close');
    this.run('systemctl', ['poweroff']);
    const [status] = (await ended) as [number | null];
    if (status !== POWERED_OFF) throw new Error(`boot.sh ended with ${status}: ${this.#output.join('')}`);
  }

  /** @param earlier the previous process. @throws if it is not up after five minutes. */
  async up(earlier = 0): Promise<void> {
    const deadline = Date.now() + BOOT_MS;
    while (Date.now() < deadline && this.#holder.exitCode === null) {
      const pid = children(this.#holder.pid ?? 0)
        .flatMap(children)
        .find((one) => one !== earlier && isSystemd(one));
      if (pid !== undefined) {
        this.#pid = pid;
        const { stdout } = this.run('systemctl', ['is-system-running', '--wait']);
        if (/^(running|degraded)$/.test(stdout.trim())) return;
      }
      await pause(100);
    }
    const output = this.#output.join('');
    throw new Error(`The machine did not boot within ${BOOT_MS / 1000} seconds: ${output}`);
  }

  async stop(): Promise<void> {
    if (this.#holder.exitCode === null && this.#holder.signalCode === null) {
      const ended = once(this.#holder, 'close');
      this.#holder.kill('SIGKILL');
      await ended;
    }
    await removeCgroup(this.#cgroup);
    rmSync(this.#base, { recursive: true, force: true });
  }
}

/**
 * Boots a copy of `root`, which is not changed.
 * @param root a Debian with systemd: `machineRoot`, `installedRoot` or `hostingRoot`.
 * @param kept a new directory for the files that differ, once the machine is powered off.
 * @throws if it is not up after five minutes.
 */
export async function bootMachine(root: string, kept = ''): Promise<Machine> {
  const base = mkdtempSync(join(tmpdir(), 'whmapi1-machine-'));
  const cgroup = join(cgroups() ?? '', basename(base));
  const holder = spawn(resolve('tests/machine/boot.sh'), [root, base, cgroup, kept], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const machine = new Machine(holder, base, cgroup);
  try {
    await machine.up();
  } catch (error) {
    await machine.stop();
    throw error;
  }
  return machine;
}

/** Why such a machine is not possible here; undefined if it is. */
export function whyNoMachine(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can boot a machine';
  if (cgroups() === undefined) return 'this kernel has no unified cgroups mounted';
  const { status, stderr } = spawnSync('unshare', ['--mount', '--net', '--pid', '--fork', 'true'], {
    encoding: 'utf8',
  });
  return status === 0 ? undefined : `namespaces are not allowed here: ${stderr.trim()}`;
}

function cgroups(): string | undefined {
  return ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((path) => existsSync(join(path, 'cgroup.procs')));
}

function children(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Before that, it is the shell that prepares the root. */
function isSystemd(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'systemd';
  } catch {
    return false;
  }
}

/** The kernel removes the processes of a killed namespace a little later. */
async function removeCgroup(path: string): Promise<void> {
  for (let attempt = 0; attempt < 100 && existsSync(path); attempt++) {
    try {
      const inner = readdirSync(path, { recursive: true, withFileTypes: true }).filter((one) =>
        one.isDirectory(),
      );
      for (const { parentPath, name } of inner.reverse()) rmdirSync(join(parentPath, name));
      rmdirSync(path);
    } catch {
      await pause(50);
    }
  }
}
