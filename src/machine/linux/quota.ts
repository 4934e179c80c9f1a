// Disk quota of a Linux machine: the quota tools if they are installed and switched on, otherwise a count as by du.
import { Batches } from '../../core/batches.ts';
import { userNotFound, assertNotSystemUser, assertLimit, assertUsername } from '../../core/machine-values.ts';
import { MachineError } from '../../core/machine-error.ts';
import type { MachineQuota, MachineUsage, MachineUser, MachineUsers, Measured } from '../../core/machine.ts';
import { usersToMeasure } from '../users-to-measure.ts';
import { countFiles } from './count-files.ts';
import { mountPoints, type ListMounts } from './mounts.ts';
import { NOT_INSTALLED, type Run } from './run.ts';

/** The limit of users in the arguments of one process. */
const USERS_AT_ONCE = 500;

export class LinuxQuota implements MachineQuota {
  readonly #run: Run;
  readonly #users: MachineUsers;
  readonly #bases: readonly string[];
  readonly #mounts: ListMounts;
  readonly #looks = new Batches();

  constructor(run: Run, users: MachineUsers, bases: readonly string[], mounts: ListMounts = mountPoints) {
    this.#run = run;
    this.#users = users;
    this.#bases = bases;
    this.#mounts = mounts;
  }

  async isEnabled(): Promise<boolean> {
    const mounts = await Promise.all(this.#bases.map((base) => this.#enforcingMount(base)));
    return mounts.every((mount) => mount !== undefined);
  }

  async setLimit(name: string, mebibytes: number | null): Promise<void> {
    assertLimit(mebibytes);
    const { home } = await this.#get(name);
    const mount = await this.#enforcingMount(home);
    if (mount === undefined)
      throw new MachineError('no_quota', `The file system of “${home}” enforces no quota.`);
    // The soft and the hard limit are the same, so a limit of 100 MiB cannot be exceeded for a week. 0 means no limit.
    const blocks = String((mebibytes ?? 0) * 1024);
    await this.#run('setquota', ['-u', '--', name, blocks, blocks, '0', '0', mount]);
  }

  async usage(name: string): Promise<MachineUsage> {
    const user = await this.#get(name);
    let usage: MachineUsage | undefined;
    await this.#measure([user], (_name, found) => (usage = found));
    if (usage === undefined) throw userNotFound(name);
    return usage;
  }

  async usages(names: readonly string[], measured: Measured): Promise<void> {
    const { found, errors } = await usersToMeasure(this.#users, this.#bases, names);
    for (const [name, error] of errors) measured(name, error);
    await this.#measure(found, measured);
  }

  /** Reads the counts of the file systems that keep them. The homes of the other users are measured in one pass. */
  async #measure(
    users: readonly MachineUser[],
    measured: (name: string, usage: MachineUsage) => void,
  ): Promise<void> {
    const done = new Set<string>();
    for (const [mount, some] of await this.#byMount(users)) {
      if (!(await this.#enforces(mount))) continue;
      for (let at = 0; at < some.length; at += USERS_AT_ONCE) {
        const names = some.slice(at, at + USERS_AT_ONCE).map(({ name }) => name);
        for (const [name, usage] of await this.#counted(names, mount)) {
          done.add(name);
          measured(name, usage);
        }
      }
    }
    const others = users.filter(({ name }) => !done.has(name));
    const homes = others.map(({ home }) => home);
    await countFiles(this.#run, homes, (at, usage) => measured(others[at]?.name ?? '', usage));
  }

  async #get(name: string): Promise<MachineUser> {
    assertUsername(name);
    const user = await this.#users.find(name);
    if (user === undefined) throw userNotFound(name);
    assertNotSystemUser(user, this.#bases);
    return user;
  }

  /** Returns the mount point of the file system of `path`, if it enforces user quotas now. */
  async #enforcingMount(path: string): Promise<string | undefined> {
    const mount = mountOf(await this.#mounts(), path);
    return mount !== undefined && (await this.#enforces(mount)) ? mount : undefined;
  }

  async #byMount(users: readonly MachineUser[]): Promise<Map<string, MachineUser[]>> {
    const mounts = await this.#mounts();
    const groups = new Map<string, MachineUser[]>();
    for (const user of users) {
      const mount = mountOf(mounts, user.home);
      if (mount === undefined) continue;
      const group = groups.get(mount);
      if (group === undefined) groups.set(mount, [user]);
      else group.push(user);
    }
    return groups;
  }

  /** Calls at the same time share a look. Nothing is kept, because quotas can be switched at any time. */
  #enforces(mount: string): Promise<boolean> {
    const look = async (asked: readonly unknown[]) => {
      const isOn = await this.#isOn(mount);
      return asked.map(() => isOn);
    };
    return this.#looks.run(mount, undefined, look);
  }

  async #isOn(mount: string): Promise<boolean> {
    // quotaon uses its own exit statuses here: 1 if a quota is on.
    const { stdout } = await this.#run('quotaon', ['-p', '-u', '--', mount], {
      accept: [0, 1, 2, NOT_INSTALLED],
    });
    return /^user quota on .* is on(?! \(accounting\))/m.test(stdout);
  }

  /** Returns the usage by owner, as the file system counted it. Users that it does not list are missing. */
  async #counted(names: readonly string[], mount: string): Promise<Map<string, MachineUsage>> {
    const words = ['-u', '-v', '-w', '-p', '--show-mntpoint', '--hide-device', '--', ...names];
    // Status 1 means that a user is over the limit. A star in the output marks the value.
    const { stdout } = await this.#run('quota', words, { accept: [0, 1] });
    const usages = new Map<string, MachineUsage>();
    let name = '';
    for (const line of stdout.split('\n')) {
      name = /^Disk quotas for user (\S+) \(uid \d+\):/.exec(line)?.[1] ?? name;
      const [at, blocks, , , , inodes] = line.trim().split(/\s+/);
      const numbers = [blocks, inodes].map((text) => Number.parseInt(text ?? '', 10));
      const [used = NaN, files = NaN] = numbers;
      if (at === mount && Number.isFinite(used) && Number.isFinite(files)) {
        usages.set(name, { blocks: used, inodes: files });
      }
    }
    return usages;
  }
}

/** Returns the longest mount point that contains the path. */
function mountOf(mounts: readonly string[], path: string): string | undefined {
  const above = mounts.filter((mount) => mount === '/' || mount === path || path.startsWith(`${mount}/`));
  return above.reduce<string | undefined>(
    (longest, mount) => (longest !== undefined && longest.length > mount.length ? longest : mount),
    undefined,
  );
}
