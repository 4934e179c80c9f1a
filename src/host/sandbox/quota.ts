// Disk use in the sandbox. Nothing enforces a limit there, and this says so.
import { noUser, refuseForeign, refuseLimit, refuseName } from '../../core/host.ts';
import { HostError } from '../../core/host-error.ts';
import type { HostQuota, HostUsage, HostUser, HostUsers } from '../../core/host.ts';
import { countFiles } from '../linux/count-files.ts';
import { run } from '../linux/run.ts';
import { usersToMeasure } from '../users-to-measure.ts';
import { Tree } from './tree.ts';
import { BASES } from './users.ts';

export class SandboxQuota implements HostQuota {
  readonly #tree: Tree;
  readonly #users: HostUsers;

  constructor(root: string, users: HostUsers) {
    this.#tree = new Tree(root);
    this.#users = users;
  }

  async isEnabled(): Promise<boolean> {
    return false;
  }

  async setLimit(name: string, mebibytes: number | null): Promise<void> {
    refuseLimit(mebibytes);
    await this.#get(name);
    throw new HostError('no_quota', 'The sandbox enforces no quota.');
  }

  async usage(name: string): Promise<HostUsage> {
    const { home } = await this.#get(name);
    const place = this.#tree.locate(home);
    return (await countFiles(run, [place]))(place);
  }

  async usages(names: readonly string[]): Promise<Map<string, HostUsage | HostError>> {
    const { found, errors } = await usersToMeasure(this.#users, BASES, names);
    const places = new Map(found.map(({ name, home }) => [name, this.#tree.locate(home)]));
    const usageOf = await countFiles(run, [...places.values()]);
    const usages = [...places].map(([name, place]) => [name, usageOf(place)] as const);
    return new Map<string, HostUsage | HostError>([...usages, ...errors]);
  }

  async #get(name: string): Promise<HostUser> {
    refuseName(name);
    const user = await this.#users.find(name);
    if (user === undefined) throw noUser(name);
    refuseForeign(user, BASES);
    return user;
  }
}
