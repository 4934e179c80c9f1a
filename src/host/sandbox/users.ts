// The users of the sandbox: the same files as a Linux machine has, below a folder of one's own. Needs no privileges;
// homes belong to whoever runs this, and there are no processes to end.
import { chmod, cp, mkdir, rename, rm } from 'node:fs/promises';
import {
  alreadyThere,
  isForeign,
  isPassword,
  isUserName,
  noUser,
  refuseFileName,
  refuseForeign,
  refuseHome,
  refuseName,
  refuseNewUser,
  refusePassword,
  refuseShell,
  ROOT,
  type HostUser,
  type HostUsers,
  type NamedHome,
  type NewHostUser,
} from '../../core/host.ts';
import { HostError } from '../../core/host-error.ts';
import { Crontabs, isThere } from '../linux/crontabs.ts';
import { holdsFile } from '../holds-file.ts';
import { hashPassword, isPasswordOf } from './password.ts';
import {
  changed,
  readRow,
  readTables,
  row,
  without,
  writeTables,
  type Table,
  type Tables,
} from './tables.ts';
import { Tree } from './tree.ts';

export const BASES = ['/home'];
const CRONTABS = '/var/spool/cron/crontabs';
const SKELETON = '/etc/skel';
const FIRST_SANDBOX_UID = 10001;
const DAY_MS = 86_400_000;

/** Fields of a row of the shadow file. */
const HASH = 1;
const LAST_CHANGE = 2;
const EXPIRY = 7;

export class SandboxUsers implements HostUsers {
  readonly #tree: Tree;
  readonly #now: () => number;

  /** `now` in milliseconds since 1970-01-01. */
  constructor(root: string, now: () => number) {
    this.#tree = new Tree(root);
    this.#now = now;
  }

  async find(name: string): Promise<HostUser | undefined> {
    if (!isUserName(name)) return undefined;
    const entry = await readRow(this.#tree, 'passwd', name);
    return entry && userOf([entry], name);
  }

  async create(user: NewHostUser): Promise<HostUser> {
    refuseNewUser(user, BASES);
    const { name, home, comment, shell } = user;
    return this.#tree.alone(async () => {
      const old = await readTables(this.#tree);
      if (row(old.passwd, name) !== undefined) throw alreadyThere(`The user “${name}”`);
      if (await isThere(this.#tree.locate(home))) throw alreadyThere(`“${home}”`);
      const uid = user.uid ?? nextUid(old);
      if (uidsOf(old).includes(uid)) throw alreadyThere(`The user id ${uid}`);
      const id = String(uid);
      await (await this.#crontabs()).remove(name);
      const next: Tables = {
        passwd: [...old.passwd, [name, 'x', id, id, comment, home, shell]],
        shadow: [...without(old.shadow, name), [name, '!', this.#today(), '0', '99999', '7', '', '', '']],
        group: [...without(old.group, name), [name, 'x', id, '']],
        suspended: without(old.suspended, name),
      };
      await writeTables(this.#tree, old, next);
      try {
        await this.#makeHome(home);
      } catch (error) {
        await rm(this.#tree.locate(home), { recursive: true, force: true });
        await writeTables(this.#tree, next, old);
        throw error;
      }
      return { name, uid, gid: uid, home, shell };
    });
  }

  async remove(name: string): Promise<void> {
    refuseName(name);
    if ((await this.find(name)) === undefined) return;
    await this.#tree.alone(async () => {
      const old = await readTables(this.#tree);
      const user = userOf(old.passwd, name);
      if (user === undefined) return;
      refuseForeign(user, BASES);
      await (await this.#crontabs()).remove(name);
      await rm(this.#tree.locate(user.home), { recursive: true, force: true });
      await writeTables(this.#tree, old, {
        passwd: without(old.passwd, name),
        shadow: without(old.shadow, name),
        group: without(old.group, name),
        suspended: without(old.suspended, name),
      });
    });
  }

  async rename(from: NamedHome, to: NamedHome): Promise<void> {
    for (const { name, home } of [from, to]) {
      refuseName(name);
      refuseHome(home, BASES);
    }
    await this.#tree.alone(async () => {
      const old = await readTables(this.#tree);
      const before = userOf(old.passwd, from.name);
      const renamed = from.name === to.name ? undefined : userOf(old.passwd, to.name);
      if (before !== undefined && renamed !== undefined) throw alreadyThere(`The user “${to.name}”`);
      const user = before ?? renamed;
      if (user === undefined) throw noUser(from.name);
      refuseForeign(user, BASES);
      if (user.home !== (before === undefined ? to : from).home) {
        throw new HostError('failed', `The home of “${user.name}” is “${user.home}”.`);
      }
      const group = row(old.group, to.name);
      if (group !== undefined && Number(group[2]) !== user.gid) throw alreadyThere(`The group “${to.name}”`);
      // The passwd file comes last: as long as it has the old name, this can be gone on with and undone alike.
      await this.#moveHome(old.passwd, from, to);
      if (from.name !== to.name) await (await this.#crontabs()).rename(from.name, to.name);
      if (before === undefined) return;
      const name = { 0: to.name };
      await writeTables(this.#tree, old, {
        passwd: changed(old.passwd, from.name, { ...name, 5: to.home }),
        shadow: changed(replaced(old.shadow, from.name, to.name), from.name, name),
        group: changed(replaced(old.group, from.name, to.name), from.name, name),
        suspended: changed(replaced(old.suspended, from.name, to.name), from.name, name),
      });
    });
  }

  async setShell(name: string, shell: string): Promise<void> {
    refuseShell(shell);
    await this.#change(name, (_user, { passwd }) => ({ passwd: changed(passwd, name, { 6: shell }) }));
  }

  async setPassword(name: string, password: string): Promise<void> {
    refusePassword(password);
    refuseName(name);
    if (name === ROOT) await this.#addRoot();
    if ((await this.find(name)) === undefined) throw noUser(name);
    // Before the lock is taken: it takes a while.
    const hash = await hashPassword(password);
    await this.#change(
      name,
      (user, { shadow, suspended }) => {
        const isSuspended = suspensionOf(suspended, user) !== undefined;
        const fields = { [HASH]: isSuspended ? `!${hash}` : hash, [LAST_CHANGE]: this.#today() };
        return {
          shadow: changed(shadow, name, fields),
          suspended: changed(suspended, name, { 2: '0' }),
        };
      },
      { mayBeRoot: true },
    );
  }

  async verifyPassword(name: string, password: string): Promise<boolean> {
    const isCandidate = isUserName(name) && isPassword(password) && (await this.find(name)) !== undefined;
    const field = isCandidate ? (await readRow(this.#tree, 'shadow', name))?.[HASH] : undefined;
    // A password of any size is compared as the empty one, which nobody has.
    return isPasswordOf(isPassword(password) ? password : '', field ?? '!');
  }

  async expirePassword(name: string): Promise<void> {
    await this.#change(name, (_user, { shadow }) => ({
      shadow: changed(shadow, name, { [LAST_CHANGE]: '0' }),
    }));
  }

  async suspend(name: string): Promise<void> {
    await this.#change(
      name,
      (user, { shadow, suspended }) => {
        const [, hash = '!', , , , , , expiry = ''] = row(shadow, name) ?? [];
        const isLocked = hash === '' || hash.startsWith('!');
        const before = suspensionOf(suspended, user) ?? [
          name,
          String(user.uid),
          isLocked ? '1' : '0',
          expiry,
        ];
        return {
          suspended: [...without(suspended, name), before],
          shadow: changed(shadow, name, { [HASH]: hash.startsWith('!') ? hash : `!${hash}`, [EXPIRY]: '1' }),
        };
      },
      { first: (crontabs) => crontabs.disable(name) },
    );
  }

  async unsuspend(name: string): Promise<void> {
    await this.#change(
      name,
      (user, { shadow, suspended }) => {
        const before = suspensionOf(suspended, user);
        if (before === undefined) return {};
        const [, , locked, expiry = ''] = before;
        const hash = row(shadow, name)?.[HASH] ?? '!';
        return {
          shadow: changed(shadow, name, {
            [HASH]: locked === '1' ? hash : hash.replace(/^!/, ''),
            [EXPIRY]: expiry,
          }),
          suspended: without(suspended, name),
        };
      },
      {
        first: async (crontabs, { suspended }, user) => {
          if (suspensionOf(suspended, user) !== undefined) await crontabs.enable(name);
        },
      },
    );
  }

  async isSuspended(name: string): Promise<boolean> {
    const user = await this.find(name);
    if (user === undefined) return false;
    const shadow = await readRow(this.#tree, 'shadow', name);
    const suspension = await readRow(this.#tree, 'suspended', name);
    return (
      suspensionOf(suspension === undefined ? [] : [suspension], user) !== undefined &&
      shadow?.[EXPIRY] === '1'
    );
  }

  async hasFile(name: string, file: string): Promise<boolean> {
    refuseFileName(file);
    const user = await this.find(name);
    return user !== undefined && !isForeign(user, BASES) && holdsFile(this.#tree.locate(user.home), file);
  }

  /** The sandbox has no root before that gets a password. */
  async #addRoot(): Promise<void> {
    await this.#tree.alone(async () => {
      const old = await readTables(this.#tree);
      if (row(old.passwd, ROOT) !== undefined) return;
      await writeTables(this.#tree, old, {
        ...old,
        passwd: [[ROOT, 'x', '0', '0', 'root', '/root', '/bin/bash'], ...old.passwd],
        shadow: [[ROOT, '!', this.#today(), '0', '99999', '7', '', '', ''], ...without(old.shadow, ROOT)],
        group: [[ROOT, 'x', '0', ''], ...without(old.group, ROOT)],
      });
    });
  }

  /** Changes the rows of a user that there is. `first` is done before, under the same lock. */
  async #change(
    name: string,
    change: (user: HostUser, tables: Tables) => Partial<Tables>,
    options: {
      readonly first?: (crontabs: Crontabs, tables: Tables, user: HostUser) => Promise<void>;
      readonly mayBeRoot?: true;
    } = {},
  ): Promise<void> {
    refuseName(name);
    if ((await this.find(name)) === undefined) throw noUser(name);
    await this.#tree.alone(async () => {
      const old = await readTables(this.#tree);
      const user = userOf(old.passwd, name);
      if (user === undefined) throw noUser(name);
      if (options.mayBeRoot !== true || name !== ROOT) refuseForeign(user, BASES);
      await options.first?.(await this.#crontabs(), old, user);
      await writeTables(this.#tree, old, { ...old, ...change(user, old) });
    });
  }

  /** Found anew each time, which is when links on the way to it are refused. */
  async #crontabs(): Promise<Crontabs> {
    await this.#tree.makeFolder(CRONTABS);
    return new Crontabs(this.#tree.locate(CRONTABS));
  }

  async #makeHome(home: string): Promise<void> {
    await this.#tree.makeFolder('/home');
    const place = this.#tree.locate(home);
    await mkdir(place);
    const skeleton = this.#tree.locate(SKELETON);
    this.#tree.locate(`${SKELETON}/x`);
    if (await isThere(skeleton)) await cp(skeleton, place, { recursive: true, verbatimSymlinks: true });
    // After the copy, which gives it the skeleton's.
    await chmod(place, 0o711);
  }

  async #moveHome(passwd: Table, from: NamedHome, to: NamedHome): Promise<void> {
    if (from.home === to.home) return;
    const [source, target] = [this.#tree.locate(from.home), this.#tree.locate(to.home)];
    const isThereToMove = await isThere(source);
    const isOthers = passwd.some(([name, , , , , home]) => home === to.home && name !== to.name);
    if (isOthers || (isThereToMove && (await isThere(target)))) throw alreadyThere(`“${to.home}”`);
    if (isThereToMove) await rename(source, target);
  }

  #today(): string {
    return String(Math.floor(this.#now() / DAY_MS));
  }
}

function userOf(passwd: Table, name: string): HostUser | undefined {
  const entry = row(passwd, name);
  if (entry === undefined) return undefined;
  const [, , uid, gid, , home = '', shell = ''] = entry;
  return { name, uid: Number(uid), gid: Number(gid), home, shell };
}

/** undefined as well for what a removed user of the same name left. */
function suspensionOf(suspended: Table, { name, uid }: HostUser): readonly string[] | undefined {
  const found = row(suspended, name);
  return found?.[1] === String(uid) ? found : undefined;
}

function uidsOf({ passwd, group }: Tables): number[] {
  return [...passwd, ...group].map(([, , id]) => Number(id)).filter((id) => Number.isInteger(id));
}

function nextUid(tables: Tables): number {
  return Math.max(FIRST_SANDBOX_UID - 1, ...uidsOf(tables)) + 1;
}

/** Without the row of the new name that an attempt cut short has left beside the old one. */
function replaced(table: Table, from: string, to: string): Table {
  return from === to || row(table, from) === undefined ? table : without(table, to);
}
