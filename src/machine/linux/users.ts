// The users of a Linux machine, through the tools of shadow-utils.
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  CreatedUser,
  FormerMachineUser,
  FormerUser,
  MachineUser,
  MachineUsers,
  NamedHome,
  NewMachineUser,
  SuspendOptions,
  UserLogin,
} from '../../core/machine.ts';
import {
  alreadyExists,
  FIRST_UID,
  isSystemUser,
  isPassword,
  userNotFound,
  assertFileName,
  assertNotSystemUser,
  assertHomePath,
  assertUsername,
  assertNewUser,
  assertPassword,
  assertShell,
  ROOT,
} from '../../core/machine-values.ts';
import { Batches } from '../../core/batches.ts';
import { MachineError, mayBeOfFullDisk, ofDisk } from '../../core/machine-error.ts';
import { holdsFile } from '../holds-file.ts';
import { verifyHash } from '../verify-hash.ts';
import { Crontabs, isThere } from './crontabs.ts';
import { Homes } from './homes.ts';
import { withLock } from './lock.ts';
import { PrivateRecords } from './private-records.ts';
import type { Run } from './run.ts';
import { Suspensions } from './suspensions.ts';
import { UserCreation, type Wanted } from './user-creation.ts';
import { UserDatabase } from './user-database.ts';
import { assertFormerUser, UserRecreation } from './user-recreation.ts';
import { UserProcesses } from './user-processes.ts';
import { UserRemoval } from './user-removal.ts';
import { prepared, setPasswords, type NewPassword } from './user-tools.ts';

export interface LinuxOptions {
  readonly run: Run;
  /** A private folder for the records of suspensions and removals. It is created when needed. */
  readonly suspensions: string;
  /** The folders that contain homes. Homes elsewhere are never created, moved or removed. */
  readonly bases: readonly string[];
  readonly crontabs: string;
  readonly skeleton: string;
}

/** PAM_AUTH_ERR, the status of unix_chkpwd(8). */
const WRONG_PASSWORD = 7;
/** More users are not created under one lock, so that others need not wait long for it. */
const MOST_CREATED_AT_ONCE = 8;
/** One after the other in one process: more would wait too long for each other. */
const MOST_HASHED_AT_ONCE = 4;
/** `getent` searches for so many names faster than it lists all users. */
const MOST_FOUND_AT_ONCE = 3;

/** By yescrypt with the settings of Debian. */
const HASH_OF_NOBODY = '$y$j9T$whmapi1whmapi1whmapi$siFeHVNPLP8ZqJEm2DDnthFvxaqthSEv45rIHg/eeB3';
/** Debian’s users “nobody” and “nogroup”. */
const NOBODY = { uid: 65_534, gid: 65_534 };

export class LinuxUsers implements MachineUsers {
  readonly #run: Run;
  readonly #bases: readonly string[];
  readonly #homes: Homes;
  readonly #processes: UserProcesses;
  readonly #crontabs: Crontabs;
  readonly #suspensions: Suspensions;
  readonly #database: UserDatabase;
  readonly #removal: UserRemoval;
  readonly #creation: UserCreation;
  readonly #recreation: UserRecreation;
  readonly #batches = new Batches();
  readonly #private: string;

  constructor({ run, suspensions, bases, crontabs, skeleton }: LinuxOptions) {
    this.#run = run;
    this.#bases = bases;
    this.#homes = new Homes(run, skeleton);
    this.#processes = new UserProcesses(run);
    this.#crontabs = new Crontabs(crontabs);
    this.#suspensions = new Suspensions(suspensions);
    this.#database = new UserDatabase(run);
    const resources = {
      ...{ run, bases },
      database: this.#database,
      homes: this.#homes,
      processes: this.#processes,
      crontabs: this.#crontabs,
      suspensions: this.#suspensions,
    };
    this.#removal = new UserRemoval(resources, new PrivateRecords(suspensions, '.removal'));
    this.#creation = new UserCreation(resources, this.#removal);
    this.#recreation = new UserRecreation(resources);
    this.#private = suspensions;
  }

  find(name: string): Promise<MachineUser | undefined> {
    return this.#database.find(name);
  }

  findById(uid: number): Promise<MachineUser | undefined> {
    return this.#database.findById(uid);
  }

  findGroup(gid: number): Promise<string | undefined> {
    return this.#database.groupName(gid);
  }

  async logins(names: readonly string[]): Promise<Map<string, UserLogin>> {
    const users = await this.findAll(names);
    const hashes = await this.#database.shadows(new Set(users.keys()));
    const found = new Map<string, UserLogin>();
    for (const [name, user] of users) {
      const hash = hashes.get(name) ?? '';
      const before = await this.#suspensions.recall(user);
      const isOnlySuspended = before?.isLocked === false;
      const crontab = await this.#crontabs.read(name);
      found.set(name, { gid: user.gid, hash: isOnlySuspended ? hash.replace(/^!/, '') : hash, crontab });
    }
    return found;
  }

  async homeOf(user: FormerUser): Promise<'own' | 'missing' | 'foreign'> {
    assertHomePath(user.home, this.#bases);
    return this.#recreation.homeOf(user);
  }

  async makeHome(name: string, links?: Readonly<Record<string, string>>): Promise<void> {
    await this.#withLock(async () => {
      const user = await this.#get(name);
      if ((await this.#recreation.homeOf(user)) === 'missing') await this.#homes.make(user, links);
    });
  }

  async recreate(user: FormerMachineUser, hash?: string): Promise<void> {
    assertFormerUser(user, hash, this.#bases);
    await this.#withLock(() => this.#recreation.recreate(user, hash));
  }

  async undoRecreate(user: { readonly name: string; readonly uid: number }): Promise<void> {
    assertUsername(user.name);
    await this.#withLock(() => this.#recreation.undo(user));
  }

  findAll(names: readonly string[]): Promise<Map<string, MachineUser>> {
    const [name, ...others] = names;
    if (name === undefined || others.length > 0) return this.#database.findAll(names);
    const find = async (several: readonly string[]) => {
      const found = await this.#database.findAll(several);
      return several.map((one) => found.get(one));
    };
    return this.#batches
      .run('find', name, find, { most: MOST_FOUND_AT_ONCE })
      .then((user) => new Map(user === undefined ? [] : [[name, user]]));
  }

  async create(user: NewMachineUser, password?: string): Promise<CreatedUser> {
    assertNewUser(user, this.#bases);
    if (password !== undefined) assertPassword(password);
    // Begins here, so that it is done, or nearly, when the lock is free and the user exists.
    const wanted = { user, password: password === undefined ? undefined : this.#prepared(password) };
    const create = (several: readonly Wanted[]) => this.#withLock(() => this.#creation.create(several));
    const outcome = await this.#batches.run('create', wanted, create, { most: MOST_CREATED_AT_ONCE });
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }

  async undoCreate({ name, home }: NamedHome): Promise<void> {
    assertUsername(name);
    assertHomePath(home, this.#bases);
    await this.#withLock(async () => {
      await this.#homes.removeDraft(home);
      await this.#removal.complete(name);
      const user = await this.find(name);
      // Somebody might have created a user with this name by hand meanwhile.
      if (user?.home === home && !isSystemUser(user, this.#bases)) await this.#removal.remove(user);
    });
  }

  async remove(name: string, former?: FormerUser): Promise<void> {
    assertUsername(name);
    if (former !== undefined) assertHomePath(former.home, this.#bases);
    await this.#withLock(async () => {
      const user = await this.find(name);
      if (user !== undefined) {
        assertNotSystemUser(user, this.#bases);
        await this.#removal.remove(user);
      }
      await this.#removal.complete(name);
      // The home still exists if the user was removed by hand.
      if (former !== undefined && former.uid >= FIRST_UID && !(await this.#database.isUsed(former.uid))) {
        await this.#homes.remove(former.home, former.uid);
      }
    });
  }

  async rename(from: NamedHome, to: NamedHome): Promise<void> {
    for (const { name, home } of [from, to]) {
      assertUsername(name);
      assertHomePath(home, this.#bases);
    }
    await this.#withLock(async () => {
      const old = await this.find(from.name);
      const renamed = from.name === to.name ? undefined : await this.find(to.name);
      if (old !== undefined && renamed !== undefined) throw alreadyExists(`The user “${to.name}”`);
      const user = old ?? renamed;
      if (user === undefined) throw userNotFound(from.name);
      assertNotSystemUser(user, this.#bases);
      if (user.home !== (old === undefined ? to : from).home) {
        throw new MachineError('failed', `The home of “${user.name}” is “${user.home}”.`);
      }
      await this.#assertNotTaken(user, from, to);
      await this.#processes.end(user);
      // The passwd file is changed last: while it has the old name, the rename can be continued or undone.
      if (from.home !== to.home && (await this.#homes.isOwn(from.home, user.uid))) {
        await rename(from.home, to.home);
      }
      if (from.name !== to.name) {
        await this.#crontabs.rename(from.name, to.name);
        await this.#suspensions.rename(from.name, to.name);
        if ((await this.#database.groupId(from.name)) === user.gid) {
          await this.#run('groupmod', ['--new-name', to.name, '--', from.name]);
        }
      }
      if (old !== undefined) {
        await this.#run('usermod', ['--login', to.name, '--home', to.home, '--', from.name]);
      }
    });
  }

  async setShell(name: string, shell: string): Promise<void> {
    assertShell(shell);
    assertUsername(name);
    await this.#withLock(async () => {
      await this.#get(name);
      await this.#run('usermod', ['--shell', shell, '--', name]);
    });
  }

  async setPassword(name: string, password: string): Promise<void> {
    assertPassword(password);
    assertUsername(name);
    const given = this.#prepared(password);
    await this.#withLock(async () => {
      const user = (name === ROOT ? await this.find(name) : undefined) ?? (await this.#get(name));
      const before = await this.#suspensions.recall(user);
      const failures = await setPasswords(this.#run, [{ name, password: given }]);
      if (failures.has(name)) throw failures.get(name);
      if (before === undefined) return;
      // chpasswd unlocks the account. Until it is locked again, its expiry date prevents logins.
      await this.#suspensions.remember(user, { ...before, isLocked: false });
      await this.#removal.lock(name);
    });
  }

  async verifyPassword(name: string, password: string): Promise<boolean> {
    if (!isPassword(password) || (await this.find(name)) === undefined) {
      // As much work as for a user, so that the duration does not tell who exists.
      await verifyHash(this.#run, HASH_OF_NOBODY, isPassword(password) ? password : 'invalid', NOBODY);
      return false;
    }
    // PAM's own helper supports every scheme of the shadow file. It accepts no password if the hash is locked or empty.
    const { status } = await this.#run('unix_chkpwd', [name, 'nonull'], {
      input: `${password}\0`,
      accept: [0, WRONG_PASSWORD],
    });
    return status === 0;
  }

  verifyHash(hash: string, password: string): Promise<boolean> {
    return verifyHash(this.#run, hash, password, NOBODY);
  }

  async expirePassword(name: string): Promise<void> {
    assertUsername(name);
    await this.#withLock(async () => {
      await this.#get(name);
      await this.#run('chage', ['--lastday', '0', '--', name]);
    });
  }

  async suspend(name: string, { mayLeaveProcesses = false }: SuspendOptions = {}): Promise<void> {
    assertUsername(name);
    await this.#withLock(async () => {
      const user = await this.#get(name);
      const endProcesses = () => this.#processes.end(user, { mayLeaveSome: mayLeaveProcesses });
      await this.#lockOut(user).catch(async (error: unknown) => {
        if (!mayBeOfFullDisk(error)) throw error;
        // They would fill what is released for the next try.
        await endProcesses();
        const { message } = ofDisk(error) as Error;
        throw new MachineError('full', `${message} The processes of “${name}” were ended.`, { cause: error });
      });
      await endProcesses();
    });
  }

  async #lockOut(user: MachineUser): Promise<void> {
    const { name } = user;
    if ((await this.#suspensions.recall(user)) === undefined) {
      const { hash, expiry } = await this.#database.shadow(name);
      // An account without a password counts as locked, because usermod does not unlock it.
      await this.#suspensions.remember(user, { isLocked: hash === '' || hash.startsWith('!'), expiry });
    }
    await this.#removal.lock(name);
    await this.#crontabs.disable(name);
  }

  async unsuspend(name: string): Promise<void> {
    assertUsername(name);
    await this.#withLock(async () => {
      const user = await this.#get(name);
      const before = await this.#suspensions.recall(user);
      if (before === undefined) return;
      if (!before.isLocked) await this.#run('usermod', ['--unlock', '--', name]);
      await this.#run('chage', ['--expiredate', before.expiry === '' ? '-1' : before.expiry, '--', name]);
      await this.#crontabs.enable(name);
      await this.#suspensions.forget(name);
    });
  }

  async isSuspended(name: string): Promise<boolean> {
    const user = await this.find(name);
    if (user === undefined || (await this.#suspensions.recall(user)) === undefined) return false;
    // False if a suspension was interrupted before it locked anything.
    return (await this.#database.shadow(name)).expiry === '1';
  }

  async hasFile(name: string, file: string): Promise<boolean> {
    assertFileName(file);
    const user = await this.find(name);
    return user !== undefined && !isSystemUser(user, this.#bases) && holdsFile(user.home, file);
  }

  /** Calls at the same time share a process. */
  #prepared(password: string): Promise<NewPassword> {
    const prepare = (several: readonly string[]) => prepared(this.#run, several);
    return this.#batches.run('password', password, prepare, { most: MOST_HASHED_AT_ONCE });
  }

  /**
   * Allows one change at a time. useradd does not check again, once it has the system's lock on the passwd files,
   * whether the name is still free. And if two suspensions ran at once, the second would record the result of the first
   * as the original state.
   */
  async #withLock<T>(work: () => Promise<T>): Promise<T> {
    await mkdir(this.#private, { recursive: true, mode: 0o700 });
    return withLock(join(this.#private, '.lock'), work);
  }

  async #get(name: string): Promise<MachineUser> {
    assertUsername(name);
    const user = await this.find(name);
    if (user === undefined) throw userNotFound(name);
    assertNotSystemUser(user, this.#bases);
    return user;
  }

  async #assertNotTaken(user: MachineUser, from: NamedHome, to: NamedHome): Promise<void> {
    const gid = await this.#database.groupId(to.name);
    if (gid !== undefined && gid !== user.gid) throw alreadyExists(`The group “${to.name}”`);
    if (from.home === to.home || !(await isThere(to.home))) return;
    // The target is the user's own home if an earlier attempt was interrupted after it moved the home.
    if ((await isThere(from.home)) || !(await this.#homes.isOwn(to.home, user.uid))) {
      throw alreadyExists(`“${to.home}”`);
    }
  }
}
