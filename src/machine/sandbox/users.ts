// The users of the sandbox: the same files as on a Linux machine, below a private folder. Needs no privileges: homes
// belong to the user of this process, and there are no processes to end.
import type {
  CreatedUser,
  FormerMachineUser,
  FormerUser,
  MachineUser,
  MachineUsers,
  NamedHome,
  NewMachineUser,
  UserLogin,
} from '../../core/machine.ts';
import {
  alreadyExists,
  FIRST_UID,
  isSystemUser,
  isPassword,
  isUserName,
  userNotFound,
  assertFileName,
  assertNotSystemUser,
  assertHomePath,
  assertUsername,
  assertNewUser,
  foreignHome,
  assertPassword,
  assertShell,
  ROOT,
} from '../../core/machine-values.ts';
import { MachineError } from '../../core/machine-error.ts';
import { Crontabs, isThere } from '../linux/crontabs.ts';
import { run } from '../linux/run.ts';
import { assertFormerUser } from '../linux/user-recreation.ts';
import { holdsFile } from '../holds-file.ts';
import { verifyHash } from '../verify-hash.ts';
import { hashPassword, isPasswordOf, PASSWORD_COST } from './password.ts';
import { SandboxHomes } from './homes.ts';
import { userOf, usersIn } from '../passwd.ts';
import {
  EXPIRY,
  HASH,
  isSuspensionOf,
  LAST_CHANGE,
  suspended,
  suspensionOf,
  unsuspended,
} from './suspensions.ts';
import { readRow, readTable, readTables, writeTables, type Tables } from './tables.ts';
import { Tree } from './tree.ts';
import { findById, findIn, replaced, uidFor } from './user-rows.ts';

export const BASES = ['/home'];
const CRONTABS = '/var/spool/cron/crontabs';
const DAY_MS = 86_400_000;
/** Up to this number of users, a search for each is faster than one pass over all lines. */
const FEW = 10;

export class SandboxUsers implements MachineUsers {
  readonly #tree: Tree;
  readonly #homes: SandboxHomes;
  readonly #now: () => number;
  readonly #passwordCost: typeof PASSWORD_COST;

  /**
   * `now` returns milliseconds since 1970-01-01. `passwordCost` is the cost of the passwords that are stored from now
   * on.
   */
  constructor(root: string, now: () => number, passwordCost = PASSWORD_COST) {
    this.#tree = new Tree(root);
    this.#homes = new SandboxHomes(this.#tree);
    this.#now = now;
    this.#passwordCost = passwordCost;
  }

  async find(name: string): Promise<MachineUser | undefined> {
    if (!isUserName(name)) return undefined;
    const entry = await readRow(this.#tree, 'passwd', name);
    return entry && userOf(entry);
  }

  async findAll(names: readonly string[]): Promise<Map<string, MachineUser>> {
    const passwd = await readTable(this.#tree, 'passwd');
    if (names.length > FEW) return usersIn(passwd.bytes.toString(), new Set(names));
    const users = names.filter(isUserName).map((name) => findIn(passwd, name));
    return new Map(users.filter((user) => user !== undefined).map((user) => [user.name, user]));
  }

  async findById(uid: number): Promise<MachineUser | undefined> {
    const entry = findById(await readTable(this.#tree, 'passwd'), uid);
    return entry && userOf(entry);
  }

  async findGroup(gid: number): Promise<string | undefined> {
    return findById(await readTable(this.#tree, 'group'), gid)?.[0];
  }

  async logins(names: readonly string[]): Promise<Map<string, UserLogin>> {
    const { shadow, suspended: suspensions } = await readTables(this.#tree);
    const crontabs = await this.#crontabs();
    const found = new Map<string, UserLogin>();
    for (const [name, user] of await this.findAll(names)) {
      const hash = shadow.row(name)?.[HASH] ?? '!';
      const isOnlySuspended = suspensionOf(suspensions, user)?.[2] === '0';
      const crontab = await crontabs.read(name);
      found.set(name, { gid: user.gid, hash: isOnlySuspended ? hash.replace(/^!/, '') : hash, crontab });
    }
    return found;
  }

  async homeOf({ home }: FormerUser): Promise<'own' | 'missing' | 'foreign'> {
    assertHomePath(home, BASES);
    return this.#homes.kindOf(home);
  }

  async makeHome(name: string, links?: Readonly<Record<string, string>>): Promise<void> {
    assertUsername(name);
    await this.#tree.withLock(async () => {
      const user = findIn(await readTable(this.#tree, 'passwd'), name);
      if (user === undefined) throw userNotFound(name);
      assertNotSystemUser(user, BASES);
      if ((await this.#homes.kindOf(user.home)) === 'missing') await this.#homes.make(user.home, links);
    });
  }

  async recreate(user: FormerMachineUser, hash?: string): Promise<void> {
    assertFormerUser(user, hash, BASES);
    const { name, home, comment, shell, uid, gid } = user;
    await this.#tree.withLock(async () => {
      const old = await readTables(this.#tree);
      const found = findIn(old.passwd, name);
      const isOurs = found?.uid === uid && found.home === home;
      if (found !== undefined && !isOurs) throw alreadyExists(`The user “${name}”`);
      const kind = await this.#homes.kindOf(home);
      if (kind === 'foreign') throw foreignHome(home, uid);
      const group = old.group.without(name);
      if (found === undefined) uidFor({ ...old, group }, uid);
      const next: Tables = {
        passwd: isOurs
          ? old.passwd
          : old.passwd.with([name, 'x', String(uid), String(gid), comment, home, shell]),
        shadow: old.shadow
          .without(name)
          .with([name, hash ?? '!', this.#today(), '0', '99999', '7', '', '', '']),
        group: group.with([name, 'x', String(gid), '']),
        suspended: old.suspended.without(name),
      };
      await writeTables(this.#tree, old, next, [name]);
      if (kind === 'missing') await this.#homes.make(home, user.links);
    });
  }

  async undoRecreate({ name, uid }: { readonly name: string; readonly uid: number }): Promise<void> {
    assertUsername(name);
    await this.#tree.withLock(async () => {
      const old = await readTables(this.#tree);
      if (findIn(old.passwd, name)?.uid !== uid) return;
      const next = {
        passwd: old.passwd.without(name),
        shadow: old.shadow.without(name),
        group: old.group.without(name),
        suspended: old.suspended.without(name),
      };
      await writeTables(this.#tree, old, next, [name]);
    });
  }

  async create(user: NewMachineUser, password?: string): Promise<CreatedUser> {
    assertNewUser(user, BASES);
    if (password !== undefined) assertPassword(password);
    const { name, home, comment, shell } = user;
    // Before the lock is taken, because hashing takes a while.
    const hash = password === undefined ? '!' : await hashPassword(password, this.#passwordCost);
    return this.#tree.withLock(async () => {
      const old = await readTables(this.#tree);
      if (old.passwd.row(name) !== undefined) throw alreadyExists(`The user “${name}”`);
      if (await isThere(this.#tree.locate(home))) throw alreadyExists(`“${home}”`);
      const uid = uidFor(old, user.uid);
      const id = String(uid);
      await (await this.#crontabs()).remove(name);
      const next: Tables = {
        passwd: old.passwd.with([name, 'x', id, id, comment, home, shell]),
        shadow: old.shadow.without(name).with([name, hash, this.#today(), '0', '99999', '7', '', '', '']),
        group: old.group.without(name).with([name, 'x', id, '']),
        suspended: old.suspended.without(name),
      };
      await writeTables(this.#tree, old, next, [name]);
      try {
        const usage = await this.#homes.make(home, user.links);
        return { name, uid, gid: uid, home, shell, usage };
      } catch (error) {
        await this.#homes.remove(home);
        await writeTables(this.#tree, next, old, [name]);
        throw error;
      }
    });
  }

  async undoCreate({ name, home }: NamedHome): Promise<void> {
    assertUsername(name);
    assertHomePath(home, BASES);
    await this.#tree.withLock(async () => {
      const tables = await readTables(this.#tree);
      const user = findIn(tables.passwd, name);
      if (user === undefined) await this.#forget(tables, name);
      else if (user.home === home && !isSystemUser(user, BASES)) await this.#remove(tables, user);
    });
  }

  async remove(name: string, former?: FormerUser): Promise<void> {
    assertUsername(name);
    if (former !== undefined) assertHomePath(former.home, BASES);
    else if ((await this.find(name)) === undefined) return;
    await this.#tree.withLock(async () => {
      const tables = await readTables(this.#tree);
      const user = findIn(tables.passwd, name);
      if (user !== undefined) {
        assertNotSystemUser(user, BASES);
        await this.#remove(tables, user);
      } else if (former !== undefined) {
        // All files of a sandbox belong to the user of this process, so only the passwd file shows whose home it is.
        if (!tables.passwd.isTaken(5, former.home, name)) await this.#homes.remove(former.home);
        await this.#forget(tables, name);
      }
    });
  }

  async rename(from: NamedHome, to: NamedHome): Promise<void> {
    for (const { name, home } of [from, to]) {
      assertUsername(name);
      assertHomePath(home, BASES);
    }
    await this.#tree.withLock(async () => {
      const old = await readTables(this.#tree);
      const before = findIn(old.passwd, from.name);
      const renamed = from.name === to.name ? undefined : findIn(old.passwd, to.name);
      if (before !== undefined && renamed !== undefined) throw alreadyExists(`The user “${to.name}”`);
      const user = before ?? renamed;
      if (user === undefined) throw userNotFound(from.name);
      assertNotSystemUser(user, BASES);
      if (user.home !== (before === undefined ? to : from).home) {
        throw new MachineError('failed', `The home of “${user.name}” is “${user.home}”.`);
      }
      const group = old.group.row(to.name);
      if (group !== undefined && Number(group[2]) !== user.gid) throw alreadyExists(`The group “${to.name}”`);
      // The passwd file is changed last: while it has the old name, the rename can be continued or undone.
      await this.#homes.move(old.passwd, from, to);
      if (from.name !== to.name) await (await this.#crontabs()).rename(from.name, to.name);
      if (before === undefined) return;
      const name = { 0: to.name };
      const next = {
        passwd: old.passwd.changed(from.name, { ...name, 5: to.home }),
        shadow: replaced(old.shadow, from.name, to.name).changed(from.name, name),
        group: replaced(old.group, from.name, to.name).changed(from.name, name),
        suspended: replaced(old.suspended, from.name, to.name).changed(from.name, name),
      };
      await writeTables(this.#tree, old, next, [from.name, to.name]);
    });
  }

  async setShell(name: string, shell: string): Promise<void> {
    assertShell(shell);
    await this.#change(name, (_user, { passwd }) => ({ passwd: passwd.changed(name, { 6: shell }) }));
  }

  async setPassword(name: string, password: string): Promise<void> {
    assertPassword(password);
    assertUsername(name);
    if (name === ROOT) await this.#addRoot();
    if ((await this.find(name)) === undefined) throw userNotFound(name);
    // Before the lock is taken, because hashing takes a while.
    const hash = await hashPassword(password, this.#passwordCost);
    await this.#change(
      name,
      (user, { shadow, suspended }) => {
        const isSuspended = suspensionOf(suspended, user) !== undefined;
        const fields = { [HASH]: isSuspended ? `!${hash}` : hash, [LAST_CHANGE]: this.#today() };
        return {
          shadow: shadow.changed(name, fields),
          suspended: suspended.changed(name, { 2: '0' }),
        };
      },
      { mayBeRoot: true },
    );
  }

  async verifyPassword(name: string, password: string): Promise<boolean> {
    const isCandidate = isUserName(name) && isPassword(password) && (await this.find(name)) !== undefined;
    const field = isCandidate ? (await readRow(this.#tree, 'shadow', name))?.[HASH] : undefined;
    // An invalid password, of any size, is compared as the empty password, which nobody has.
    return isPasswordOf(isPassword(password) ? password : '', field ?? '!', this.#passwordCost);
  }

  verifyHash(hash: string, password: string): Promise<boolean> {
    return verifyHash(run, hash, password);
  }

  async expirePassword(name: string): Promise<void> {
    await this.#change(name, (_user, { shadow }) => ({
      shadow: shadow.changed(name, { [LAST_CHANGE]: '0' }),
    }));
  }

  async suspend(name: string): Promise<void> {
    await this.#change(name, suspended, { first: (crontabs) => crontabs.disable(name) });
  }

  async unsuspend(name: string): Promise<void> {
    await this.#change(name, unsuspended, {
      first: async (crontabs, tables, user) => {
        if (suspensionOf(tables.suspended, user) !== undefined) await crontabs.enable(name);
      },
    });
  }

  async isSuspended(name: string): Promise<boolean> {
    const user = await this.find(name);
    if (user === undefined) return false;
    const shadow = await readRow(this.#tree, 'shadow', name);
    const suspension = await readRow(this.#tree, 'suspended', name);
    return isSuspensionOf(suspension, user) && shadow?.[EXPIRY] === '1';
  }

  async hasFile(name: string, file: string): Promise<boolean> {
    assertFileName(file);
    const user = await this.find(name);
    return user !== undefined && !isSystemUser(user, BASES) && holdsFile(this.#tree.locate(user.home), file);
  }

  /** The sandbox has no root until root gets a password. */
  async #addRoot(): Promise<void> {
    await this.#tree.withLock(async () => {
      const old = await readTables(this.#tree);
      if (old.passwd.row(ROOT) !== undefined) return;
      const next = {
        ...old,
        passwd: old.passwd.withFirst([ROOT, 'x', '0', '0', 'root', '/root', '/bin/bash']),
        shadow: old.shadow.without(ROOT).withFirst([ROOT, '!', this.#today(), '0', '99999', '7', '', '', '']),
        group: old.group.without(ROOT).withFirst([ROOT, 'x', '0', '']),
      };
      await writeTables(this.#tree, old, next, [ROOT]);
    });
  }

  /** Changes the rows of an existing user. `first` runs before, under the same lock. */
  async #change(
    name: string,
    change: (user: MachineUser, tables: Tables) => Partial<Tables>,
    options: {
      readonly first?: (crontabs: Crontabs, tables: Tables, user: MachineUser) => Promise<void>;
      readonly mayBeRoot?: true;
    } = {},
  ): Promise<void> {
    assertUsername(name);
    if ((await this.find(name)) === undefined) throw userNotFound(name);
    await this.#tree.withLock(async () => {
      const old = await readTables(this.#tree);
      const user = findIn(old.passwd, name);
      if (user === undefined) throw userNotFound(name);
      if (options.mayBeRoot !== true || name !== ROOT) assertNotSystemUser(user, BASES);
      await options.first?.(await this.#crontabs(), old, user);
      await writeTables(this.#tree, old, { ...old, ...change(user, old) }, [name]);
    });
  }

  /** Located again each time, because this rejects symbolic links on the path. */
  async #crontabs(): Promise<Crontabs> {
    await this.#tree.makeFolder(CRONTABS);
    return new Crontabs(this.#tree.locate(CRONTABS));
  }

  /** Removes the user and all records of it. */
  async #remove(tables: Tables, { name, home }: MachineUser): Promise<void> {
    await this.#homes.remove(home);
    await this.#forget(tables, name);
  }

  /** Also removes the rows that a process left if it was killed between two files: their user is not in passwd. */
  async #forget(old: Tables, name: string): Promise<void> {
    await (await this.#crontabs()).remove(name);
    const next = {
      passwd: old.passwd.without(name),
      shadow: old.shadow.without(name),
      group: Number(old.group.row(name)?.[2]) < FIRST_UID ? old.group : old.group.without(name),
      suspended: old.suspended.without(name),
    };
    await writeTables(this.#tree, old, next, [name]);
  }

  #today(): string {
    return String(Math.floor(this.#now() / DAY_MS));
  }
}
