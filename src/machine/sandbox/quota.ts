// Disk usage in the sandbox. A sandbox enforces no limits, and reports this.
import { userNotFound, assertNotSystemUser, assertLimit, assertUsername } from '../../core/machine-values.ts';
import { MachineError } from '../../core/machine-error.ts';
import type { MachineQuota, MachineUsage, MachineUser, MachineUsers, Measured } from '../../core/machine.ts';
import { countFiles, countFolder } from '../linux/count-files.ts';
import { run } from '../linux/run.ts';
import { usersToMeasure } from '../users-to-measure.ts';
import { Tree } from './tree.ts';
import { BASES } from './users.ts';

export class SandboxQuota implements MachineQuota {
  readonly #tree: Tree;
  readonly #users: MachineUsers;

  constructor(root: string, users: MachineUsers) {
    this.#tree = new Tree(root);
    this.#users = users;
  }

  async isEnabled(): Promise<boolean> {
    return false;
  }

  async setLimit(name: string, mebibytes: number | null): Promise<void> {
    assertLimit(mebibytes);
    await this.#get(name);
    throw new MachineError('no_quota', 'The sandbox enforces no quota.');
  }

  async usage(name: string): Promise<MachineUsage> {
    const { home } = await this.#get(name);
    return countFolder(run, this.#tree.locate(home));
  }

  async usages(names: readonly string[], measured: Measured): Promise<void> {
    const { found, errors } = await usersToMeasure(this.#users, BASES, names);
    for (const [name, error] of errors) measured(name, error);
    const places = this.#tree.locateAll(found.map(({ home }) => home));
    await countFiles(run, places, (at, usage) => measured(found[at]?.name ?? '', usage));
  }

  async #get(name: string): Promise<MachineUser> {
    assertUsername(name);
    const user = await this.#users.find(name);
    if (user === undefined) throw userNotFound(name);
    assertNotSystemUser(user, BASES);
    return user;
  }
}
