// Disk usage in the sandbox. A sandbox enforces no limits, and reports this.
import { userNotFound, assertNotSystemUser, assertLimit, assertUsername } from '../../core/machine-values.ts';
import { MachineError } from '../../core/machine-error.ts';
import type { MachineQuota, MachineUsage, MachineUser, MachineUsers } from '../../core/machine.ts';
import { countFiles } from '../linux/count-files.ts';
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
    const place = this.#tree.locate(home);
    return (await countFiles(run, [place]))(place);
  }

  async usages(names: readonly string[]): Promise<Map<string, MachineUsage | MachineError>> {
    const { found, errors } = await usersToMeasure(this.#users, BASES, names);
    const places = this.#tree.locateAll(found.map(({ home }) => home));
    const usageOf = await countFiles(run, places);
    const usages = found.map(({ name }, at) => [name, usageOf(places[at] ?? '')] as const);
    return new Map<string, MachineUsage | MachineError>([...usages, ...errors]);
  }

  async #get(name: string): Promise<MachineUser> {
    assertUsername(name);
    const user = await this.#users.find(name);
    if (user === undefined) throw userNotFound(name);
    assertNotSystemUser(user, BASES);
    return user;
  }
}
