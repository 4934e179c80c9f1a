// The crontabs of a sandbox's users: files that no cron runs.
import { rm } from 'node:fs/promises';
import type { MachineCrontabs } from '../../core/machine-crontabs.ts';
import type { MachineUsers } from '../../core/machine.ts';
import { userNotFound } from '../../core/machine-values.ts';
import { assertNotSuspended } from '../linux/user-crontabs.ts';
import { Tree } from './tree.ts';

const FOLDER = '/var/spool/cron/crontabs';

export class SandboxCrontabs implements MachineCrontabs {
  readonly #tree: Tree;
  readonly #users: MachineUsers;

  constructor(root: string, users: MachineUsers) {
    this.#tree = new Tree(root);
    this.#users = users;
  }

  async read(user: string): Promise<string> {
    await this.#assertUsable(user);
    return (await this.#tree.read(`${FOLDER}/${user}`)) ?? '';
  }

  async write(user: string, text: string): Promise<void> {
    await this.#assertUsable(user);
    await this.#tree.makeFolder(FOLDER);
    const path = `${FOLDER}/${user}`;
    if (text === '') await rm(this.#tree.locate(path), { force: true });
    else await this.#tree.replace(path, text, 0o600);
  }

  async #assertUsable(name: string): Promise<void> {
    if ((await this.#users.find(name)) === undefined) throw userNotFound(name);
    await assertNotSuspended(this.#users, name);
  }
}
