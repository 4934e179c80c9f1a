// Disk quota of a Linux machine, by the quota tools where they are installed and switched on; else what du counts.
import { noUser, refuseForeign, refuseLimit, refuseName } from '../../core/host.ts';
import { HostError } from '../../core/host-error.ts';
import type { HostQuota, HostUser, HostUsers } from '../../core/host.ts';
import { NOT_INSTALLED, type Run } from './run.ts';

/** A home may hold millions of files. */
const COUNT_LIMIT_MS = 600_000;

export class LinuxQuota implements HostQuota {
  readonly #run: Run;
  readonly #users: HostUsers;
  readonly #bases: readonly string[];

  constructor(run: Run, users: HostUsers, bases: readonly string[]) {
    this.#run = run;
    this.#users = users;
    this.#bases = bases;
  }

  async isEnabled(): Promise<boolean> {
    const mounts = await Promise.all(this.#bases.map((base) => this.#enforcingMount(base)));
    return mounts.every((mount) => mount !== undefined);
  }

  async setLimit(name: string, mebibytes: number | null): Promise<void> {
    refuseLimit(mebibytes);
    const { home } = await this.#get(name);
    const mount = await this.#enforcingMount(home);
    if (mount === undefined)
      throw new HostError('no_quota', `The file system of “${home}” enforces no quota.`);
    // Soft and hard are the same: who has a limit of 100 MiB may not go over it for a week. 0 is none.
    const blocks = String((mebibytes ?? 0) * 1024);
    await this.#run('setquota', ['-u', '--', name, blocks, blocks, '0', '0', mount]);
  }

  async usage(name: string): Promise<{ blocks: number; inodes: number }> {
    const { home } = await this.#get(name);
    const mount = await this.#enforcingMount(home);
    const counted = mount === undefined ? undefined : await this.#counted(name, mount);
    if (counted !== undefined) return counted;
    const [blocks, inodes] = await Promise.all([
      this.#count('--block-size=1024', home),
      this.#count('--inodes', home),
    ]);
    return { blocks, inodes };
  }

  async #get(name: string): Promise<HostUser> {
    refuseName(name);
    const user = await this.#users.find(name);
    if (user === undefined) throw noUser(name);
    refuseForeign(user, this.#bases);
    return user;
  }

  /** Where the file system of `path` is mounted, if it enforces user quotas now. */
  async #enforcingMount(path: string): Promise<string | undefined> {
    const words = ['--noheadings', '--first-only', '--output', 'TARGET', '--target', path];
    const found = await this.#run('findmnt', words, { accept: [0, 1, NOT_INSTALLED] });
    const mount = found.stdout.trim();
    if (found.status !== 0 || mount === '') return undefined;
    // quotaon has its own idea of statuses here: it answers 1 where a quota is on.
    const { stdout } = await this.#run('quotaon', ['-p', '-u', '--', mount], {
      accept: [0, 1, 2, NOT_INSTALLED],
    });
    return /^user quota on .* is on(?! \(accounting\))/m.test(stdout) ? mount : undefined;
  }

  /** What the file system itself has counted, by owner. undefined where it doesn't list the user. */
  async #counted(name: string, mount: string): Promise<{ blocks: number; inodes: number } | undefined> {
    const words = ['-u', '-v', '-w', '-p', '--show-mntpoint', '--hide-device', '--', name];
    // Status 1 says that the user is over the limit, and a star says where.
    const { stdout } = await this.#run('quota', words, { accept: [0, 1] });
    for (const line of stdout.split('\n')) {
      const [at, blocks, , , , inodes] = line.trim().split(/\s+/);
      const numbers = [blocks, inodes].map((text) => Number.parseInt(text ?? '', 10));
      const [used = NaN, files = NaN] = numbers;
      if (at === mount && Number.isFinite(used) && Number.isFinite(files))
        return { blocks: used, inodes: files };
    }
    return undefined;
  }

  async #count(what: string, home: string): Promise<number> {
    const words = ['--summarize', '--one-file-system', what, '--', home];
    // Status 1: a file went while du was at work, or there is no home.
    const { stdout } = await this.#run('du', words, { accept: [0, 1], limitMs: COUNT_LIMIT_MS });
    return Number.parseInt(stdout, 10) || 0;
  }
}
