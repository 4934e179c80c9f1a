// A throw-away Linux machine: the programs of this one, a copy of /etc, empty home and spool directories, and its own
// processes and network. Everything is removed with the process that holds it, and other processes cannot see it.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import {
  type MachineCommands,
  type MachineFirewall,
  type MachineQuota,
  type MachineUsage,
  type MachineUsers,
  type UserLogin,
} from '../../src/core/machine.ts';
import type { MachineAddresses } from '../../src/core/machine-addresses.ts';
import type { MachineFiles } from '../../src/core/machine-daemons.ts';
import { MachineError } from '../../src/core/machine-error.ts';
import type { MachineCrontabs } from '../../src/core/machine-crontabs.ts';
import type { MachineUserFiles } from '../../src/core/machine-user-files.ts';
import { builtScript } from '../support/built-script.ts';
import { describeWith } from '../support/require-tool.ts';
import { decoded, encoded } from './bytes.ts';
import type { Machine } from './users.contract.ts';

const top = resolve(__dirname, '../..');
const server = builtScript('tests/machine-port/linux-server.ts');
const userFiles = builtScript('src/machine/user-files/start.ts');

/** The shell stays process 1 of the namespace, to reap the orphaned processes of its users. */
const setUp = `
  set -e
  mount --make-rprivate /
  mount -t tmpfs -o mode=0755 tmpfs /mnt
  cp -a /etc /mnt/etc
  for folder in /home /var/mail /var/spool /var/log /var/lib; do mkdir -p /mnt"$folder"; done
  for folder in /etc /home /var/mail /var/spool /var/log /var/lib; do mount --bind /mnt"$folder" "$folder"; done
  mkdir -p -m 0700 /var/lib/whmapi1
  mkdir -p /var/spool/cron/crontabs
  mkdir -p /etc/skel
  echo Hello > /etc/skel/welcome.txt
  "$0" "$@"
  exit $?
`;

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Upload {
  readonly size: number;
  /** The most memory that the helper process and the program used, in KiB. */
  readonly helper: number;
  readonly own: number;
}

interface Reply {
  readonly value?: unknown;
  readonly error?: { readonly name: string; readonly message: string; readonly code?: MachineError['code'] };
}

/** `describe` if such a machine is possible here. Otherwise the tests are skipped, and their heading says why. */
export function describeOnMachine(what: string, tests: () => void): void {
  if (process.getuid?.() === 0) describeWith(['pkill'], what, tests);
  else describe.skip(`${what} (skipped: only root can make a machine to throw away)`, tests);
}

export class ThrowAwayMachine implements Machine {
  readonly users: MachineUsers;
  readonly quota: MachineQuota;
  readonly firewall: MachineFirewall;
  readonly commands: Pick<MachineCommands, 'start'>;
  readonly addresses: MachineAddresses;
  readonly crontabs: MachineCrontabs;
  readonly #holder: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #last = 0;

  private constructor(holder: ChildProcessWithoutNullStreams) {
    this.#holder = holder;
    const far =
      <Result>(target: string, method: string) =>
      (...args: unknown[]) =>
        this.#ask(target, method, args) as Promise<Result>;
    this.users = {
      find: far('users', 'find'),
      findAll: () => Promise.reject(new Error('A map does not cross the border of the machine.')),
      findById: far('users', 'findById'),
      findGroup: far('users', 'findGroup'),
      logins: async (names) =>
        new Map(await (far('users', 'logins')(names) as Promise<[string, UserLogin][]>)),
      homeOf: far('users', 'homeOf'),
      makeHome: far('users', 'makeHome'),
      recreate: far('users', 'recreate'),
      undoRecreate: far('users', 'undoRecreate'),
      create: far('users', 'create'),
      undoCreate: far('users', 'undoCreate'),
      remove: far('users', 'remove'),
      rename: far('users', 'rename'),
      setShell: far('users', 'setShell'),
      setPassword: far('users', 'setPassword'),
      verifyPassword: far('users', 'verifyPassword'),
      verifyHash: far('users', 'verifyHash'),
      expirePassword: far('users', 'expirePassword'),
      suspend: far('users', 'suspend'),
      unsuspend: far('users', 'unsuspend'),
      isSuspended: far('users', 'isSuspended'),
      hasFile: far('users', 'hasFile'),
    };
    this.quota = {
      isEnabled: far('quota', 'isEnabled'),
      setLimit: far('quota', 'setLimit'),
      usage: far('quota', 'usage'),
      usages: async (names, measured) => {
        const all = await (far('quota', 'usages')(names) as Promise<[string, MachineUsage][]>);
        for (const [name, usage] of all) measured(name, usage);
      },
    };
    this.firewall = {
      isAvailable: far('firewall', 'isAvailable'),
      block: far('firewall', 'block'),
      unblock: far('firewall', 'unblock'),
      list: far('firewall', 'list'),
    };
    this.commands = { start: far('commands', 'start') };
    this.crontabs = { read: far('crontabs', 'read'), write: far('crontabs', 'write') };
    this.addresses = {
      list: far('addresses', 'list'),
      findPlace: far('addresses', 'findPlace'),
      add: far('addresses', 'add'),
      remove: far('addresses', 'remove'),
      askPublicAddress: far('addresses', 'askPublicAddress'),
    };
  }

  /**
   * @param toolStarter the built `starter.ts`, if another process is to start the tools.
   * @throws if the tests do not run as root, or this machine does not allow even root to mount.
   */
  static async start(toolStarter?: string): Promise<ThrowAwayMachine> {
    if (process.getuid?.() !== 0) throw new Error('The tests of the Linux host have to run as root.');
    const words = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', setUp];
    const programs = [server.path, userFiles.path, ...(toolStarter === undefined ? [] : [toolStarter])];
    const holder = spawn('unshare', [...words, process.execPath, ...programs], {
      cwd: top,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    });
    let complaint = '';
    holder.stderr.on('data', (bytes: Buffer) => (complaint += bytes.toString()));
    const machine = new ThrowAwayMachine(holder);
    await new Promise<void>((ready, fail) => {
      holder.once('error', fail);
      holder.once('close', () => fail(new Error(`There is no throw-away machine: ${complaint}`)));
      createInterface({ input: holder.stdout }).on('line', (line) => {
        if (line === 'ready') ready();
        else machine.#hear(JSON.parse(line, decoded) as [number, Reply]);
      });
    });
    return machine;
  }

  files(directories: readonly string[]): MachineFiles {
    return this.#part(`files ${JSON.stringify([directories])}`) as MachineFiles;
  }

  /** As in the port, an unknown user is an error at once. */
  async userFiles(name: string): Promise<MachineUserFiles> {
    const target = `userFiles ${JSON.stringify([name])}`;
    await this.#ask(target, 'nothing', []);
    const files = this.#part(target);
    // What `below` returns does not cross the border of the machine.
    const below = (folder: string) => this.#part(`${target} ${folder}`);
    return new Proxy(files, {
      get: (_target, method) => (method === 'below' ? below : (Reflect.get(files, method) as unknown)),
    }) as MachineUserFiles;
  }

  /** Writes a large file, part by part. After `failAfter` bytes, the content fails. */
  upload(user: string, path: string, bytes: number, failAfter = bytes): Promise<Upload> {
    return this.#ask('upload', '', [user, path, bytes, failAfter]) as Promise<Upload>;
  }

  #part(target: string): object {
    return new Proxy(
      {},
      {
        // Not a promise.
        get: (_target, method: string) =>
          method === 'then' ? undefined : (...words: unknown[]) => this.#ask(target, method, words),
      },
    );
  }

  run(tool: string, ...words: string[]): Promise<Ran> {
    return this.#ask('run', tool, words) as Promise<Ran>;
  }

  /** The ID of a new process of the user. A stubborn one ignores SIGTERM. */
  linger(uid: number, isStubborn: boolean): Promise<number> {
    return this.#ask('linger', '', [uid, isStubborn]) as Promise<number>;
  }

  path(path: string): string {
    return join('/proc', String(this.#holder.pid), 'root', path);
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#holder.once('close', done));
    this.#holder.stdin.end();
    await closed;
  }

  #ask(target: string, method: string, args: readonly unknown[]): Promise<unknown> {
    const id = ++this.#last;
    return new Promise((done, fail) => {
      this.#waiting.set(id, ({ value, error }) => {
        if (error === undefined) done(value);
        else if (error.code !== undefined) fail(new MachineError(error.code, error.message));
        else fail(error.name === 'TypeError' ? new TypeError(error.message) : new Error(error.message));
      });
      this.#holder.stdin.write(`${JSON.stringify([id, target, method, args], encoded)}\n`);
    });
  }

  #hear([id, reply]: [number, Reply]): void {
    this.#waiting.get(id)?.(reply);
    this.#waiting.delete(id);
  }
}
