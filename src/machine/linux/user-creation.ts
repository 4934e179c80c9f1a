// Creates users. Calls at the same time share the lock and chpasswd(8), because each of its runs writes all users again.
import { readFile } from 'node:fs/promises';
import type { CreatedUser, MachineUser, NewMachineUser } from '../../core/machine.ts';
import { alreadyExists, assertNotSystemUser, userNotFound } from '../../core/machine-values.ts';
import { usersIn } from '../passwd.ts';
import { isThere } from './crontabs.ts';
import type { UserRemoval } from './user-removal.ts';
import type { UserResources } from './user-resources.ts';
import { addUser, setPasswords, type NewPassword, type UserPassword } from './user-tools.ts';

const PASSWD = '/etc/passwd';

/** A user to create. */
export interface Wanted {
  readonly user: NewMachineUser;
  /** Undefined: nobody can log in. */
  readonly password: Promise<NewPassword> | undefined;
}

export type Outcome<Value = CreatedUser> = PromiseSettledResult<Value>;

/** The caller must hold the lock. */
export class UserCreation {
  readonly #resources: UserResources;
  readonly #removal: UserRemoval;

  constructor(resources: UserResources, removal: UserRemoval) {
    this.#resources = resources;
    this.#removal = removal;
  }

  /** @returns for each user what was created, or why it was not: then nothing of it is left. */
  async create(several: readonly Wanted[]): Promise<readonly Outcome[]> {
    const homes = new Set<string>();
    const begun: (() => Promise<Outcome>)[] = [];
    const failures = new Map<string, unknown>();
    const passwords: UserPassword[] = [];
    for (const { user, password } of several) {
      try {
        const added = await this.#add(user, homes);
        // Its home is made while the next user is added.
        const home = outcomeOf(this.#resources.homes.make(added, user.links));
        if (password !== undefined) passwords.push({ name: added.name, password });
        begun.push(async () => outcomeOf(this.#finish(added, await home, failures.get(added.name))));
      } catch (reason) {
        begun.push(() => Promise.resolve({ status: 'rejected', reason }));
      }
    }
    for (const [name, error] of await setPasswords(this.#resources.run, passwords)) failures.set(name, error);
    const outcomes: Outcome[] = [];
    for (const finish of begun) outcomes.push(await finish());
    return outcomes;
  }

  async #add(user: NewMachineUser, taken: Set<string>): Promise<MachineUser> {
    const { run, crontabs, suspensions } = this.#resources;
    const { name, home } = user;
    await this.#removal.complete(name);
    if (taken.has(home) || (await isThere(home))) throw alreadyExists(`“${home}”`);
    await addUser(run, user);
    taken.add(home);
    const added = await this.#find(name);
    try {
      // Removes what is left of a user with this name who was removed by hand. The new user must not get it.
      await crontabs.remove(name);
      await suspensions.forget(name);
      return added;
    } catch (error) {
      throw await this.#takeBack(added, error);
    }
  }

  /** useradd(8) adds a user to this file, whatever other sources the machine has, and none of them knows the name. */
  async #find(name: string): Promise<MachineUser> {
    const { bases, database } = this.#resources;
    const added = usersIn(await readFile(PASSWD, 'utf8'), new Set([name])).get(name);
    const user = added ?? (await database.find(name));
    if (user === undefined) throw userNotFound(name);
    assertNotSystemUser(user, bases);
    return user;
  }

  async #finish(
    user: MachineUser,
    home: Outcome<CreatedUser['usage']>,
    failure: unknown,
  ): Promise<CreatedUser> {
    if (home.status === 'fulfilled' && failure === undefined) return { ...user, usage: home.value };
    throw await this.#takeBack(user, home.status === 'fulfilled' ? failure : home.reason);
  }

  /** The operation that creates the user also undoes this, so an error of it is ignored. @returns the reason. */
  async #takeBack(user: MachineUser, reason: unknown): Promise<unknown> {
    await this.#removal.takeBack(user).catch(() => undefined);
    return reason;
  }
}

async function outcomeOf<Value>(work: Promise<Value>): Promise<Outcome<Value>> {
  const [outcome] = await Promise.allSettled([work]);
  return outcome;
}
