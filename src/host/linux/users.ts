// The users of a Linux machine, by the tools of shadow-utils.
import { lstat, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
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
import { holdsFile } from '../holds-file.ts';
import { Crontabs, isThere } from './crontabs.ts';
import { alone } from './lock.ts';
import type { Run } from './run.ts';
import { Suspensions } from './suspensions.ts';

export interface LinuxOptions {
  readonly run: Run;
  /** A private folder for what has to be known after a suspension; it is made when it is needed. */
  readonly suspensions: string;
  /** The folders that hold homes. No home elsewhere is made, moved or removed. */
  readonly bases: readonly string[];
  readonly crontabs: string;
  readonly skeleton: string;
}

/** Statuses of useradd(8), userdel(8) and groupdel(8). */
const UID_TAKEN = 4;
const NO_SUCH = 6;
const BUSY_OR_PRIMARY = 8;
const NAME_TAKEN = 9;
const NO_HOME = 12;
/** PAM_AUTH_ERR, the status of unix_chkpwd(8). */
const WRONG_PASSWORD = 7;

const POLL_MS = 50;
const PATIENCE_MS = 2000;

export class LinuxUsers implements HostUsers {
  readonly #run: Run;
  readonly #bases: readonly string[];
  readonly #skeleton: string;
  readonly #crontabs: Crontabs;
  readonly #suspensions: Suspensions;
  readonly #private: string;

  constructor({ run, suspensions, bases, crontabs, skeleton }: LinuxOptions) {
    this.#run = run;
    this.#bases = bases;
    this.#skeleton = skeleton;
    this.#crontabs = new Crontabs(crontabs);
    this.#suspensions = new Suspensions(suspensions);
    this.#private = suspensions;
  }

  async find(name: string): Promise<HostUser | undefined> {
    if (!isUserName(name)) return undefined;
    const entry = await this.#entry('passwd', name);
    if (entry === undefined) return undefined;
    const [, , uid, gid, , home = '', shell = ''] = entry;
    return { name, uid: Number(uid), gid: Number(gid), home, shell };
  }

  async create(user: NewHostUser): Promise<HostUser> {
    refuseNewUser(user, this.#bases);
    return this.#alone(async () => {
      const { name, home, uid } = user;
      if ((await this.find(name)) !== undefined) throw alreadyThere(`The user “${name}”`);
      if (await isThere(home)) throw alreadyThere(`“${home}”`);
      // What a user of this name left who was removed by hand: it is not for the new one.
      await this.#crontabs.remove(name);
      await this.#suspensions.forget(name);
      const options = {
        '--home-dir': home,
        '--skel': this.#skeleton,
        '--shell': user.shell,
        '--comment': user.comment,
        ...(uid === undefined ? {} : { '--uid': String(uid) }),
      };
      // A hosting account has no use for a range of further ids (user namespaces).
      const keys = ['HOME_MODE=0711', 'SUB_UID_COUNT=0', 'SUB_GID_COUNT=0'].flatMap((key) => ['--key', key]);
      const words = [
        '--create-home',
        '--user-group',
        '--no-log-init',
        ...Object.entries(options).flat(),
        ...keys,
      ];
      const { status } = await this.#run('useradd', [...words, '--', name], {
        accept: [0, UID_TAKEN, NAME_TAKEN, NO_HOME],
      });
      if (status === UID_TAKEN) throw alreadyThere(`The user id ${uid}`);
      if (status === NAME_TAKEN) throw alreadyThere(`The user or group “${name}”`);
      if (status === NO_HOME) {
        await this.#run('userdel', ['--', name], { accept: [0, NO_SUCH] });
        throw new HostError('failed', `“useradd” could not make “${home}”.`);
      }
      return this.#get(name);
    });
  }

  async remove(name: string): Promise<void> {
    refuseName(name);
    await this.#alone(async () => {
      const user = await this.find(name);
      if (user === undefined) return;
      refuseForeign(user, this.#bases);
      // Nobody may come in while this is under way.
      await this.#lock(name);
      await this.#crontabs.disable(name);
      await this.#endProcesses(user.uid);
      // A home that is somebody else's, or a symbolic link, stays: userdel would refuse it as a whole.
      const home = (await this.#hasHome(user.home, user.uid)) ? ['--remove'] : [];
      await this.#run('userdel', [...home, '--', name], { accept: [0, NO_SUCH] }).catch((cause: unknown) => {
        const now =
          'The user is locked now, and the crontab disabled: mend what hinders it and repeat the call.';
        const said = cause instanceof Error ? cause.message : String(cause);
        throw new HostError('failed', `${said}. ${now}`, { cause });
      });
      await this.#crontabs.remove(name);
      await this.#suspensions.forget(name);
      // userdel leaves a group that has got further members; a new user of this name could not be made then.
      if ((await this.#groupId(name)) === user.gid) {
        await this.#run('groupdel', ['--', name], { accept: [0, NO_SUCH, BUSY_OR_PRIMARY] });
      }
    });
  }

  async rename(from: NamedHome, to: NamedHome): Promise<void> {
    for (const { name, home } of [from, to]) {
      refuseName(name);
      refuseHome(home, this.#bases);
    }
    await this.#alone(async () => {
      const old = await this.find(from.name);
      const renamed = from.name === to.name ? undefined : await this.find(to.name);
      if (old !== undefined && renamed !== undefined) throw alreadyThere(`The user “${to.name}”`);
      const user = old ?? renamed;
      if (user === undefined) throw noUser(from.name);
      refuseForeign(user, this.#bases);
      if (user.home !== (old === undefined ? to : from).home) {
        throw new HostError('failed', `The home of “${user.name}” is “${user.home}”.`);
      }
      await this.#refuseTaken(user, from, to);
      await this.#endProcesses(user.uid);
      // The passwd file comes last: as long as it has the old name, this can be gone on with and undone alike.
      if (from.home !== to.home && (await this.#hasHome(from.home, user.uid))) {
        await rename(from.home, to.home);
      }
      if (from.name !== to.name) {
        await this.#crontabs.rename(from.name, to.name);
        await this.#suspensions.rename(from.name, to.name);
        if ((await this.#groupId(from.name)) === user.gid) {
          await this.#run('groupmod', ['--new-name', to.name, '--', from.name]);
        }
      }
      if (old !== undefined) {
        await this.#run('usermod', ['--login', to.name, '--home', to.home, '--', from.name]);
      }
    });
  }

  async setShell(name: string, shell: string): Promise<void> {
    refuseShell(shell);
    await this.#get(name);
    await this.#run('usermod', ['--shell', shell, '--', name]);
  }

  async setPassword(name: string, password: string): Promise<void> {
    refusePassword(password);
    refuseName(name);
    await this.#alone(async () => {
      const user = (name === ROOT ? await this.find(name) : undefined) ?? (await this.#get(name));
      const before = await this.#suspensions.recall(user);
      await this.#run('chpasswd', [], { input: `${name}:${password}\n` });
      if (before === undefined) return;
      // chpasswd unlocks; the expired account has kept everybody out meanwhile.
      await this.#suspensions.remember(user, { ...before, isLocked: false });
      await this.#lock(name);
    });
  }

  async verifyPassword(name: string, password: string): Promise<boolean> {
    if (!isPassword(password) || (await this.find(name)) === undefined) return false;
    // PAM's own helper knows every scheme of the shadow file. It takes no password for a locked or empty one.
    const { status } = await this.#run('unix_chkpwd', [name, 'nonull'], {
      input: `${password}\0`,
      accept: [0, WRONG_PASSWORD],
    });
    return status === 0;
  }

  async expirePassword(name: string): Promise<void> {
    await this.#get(name);
    await this.#run('chage', ['--lastday', '0', '--', name]);
  }

  async suspend(name: string): Promise<void> {
    refuseName(name);
    await this.#alone(async () => {
      const user = await this.#get(name);
      if ((await this.#suspensions.recall(user)) === undefined) {
        const { hash, expiry } = await this.#shadow(name);
        // usermod would not unlock an account without a password, and rightly so.
        await this.#suspensions.remember(user, { isLocked: hash === '' || hash.startsWith('!'), expiry });
      }
      await this.#lock(name);
      await this.#crontabs.disable(name);
      await this.#endProcesses(user.uid);
    });
  }

  async unsuspend(name: string): Promise<void> {
    refuseName(name);
    await this.#alone(async () => {
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
    // False where a suspension was cut short before it locked anything.
    return (await this.#shadow(name)).expiry === '1';
  }

  async hasFile(name: string, file: string): Promise<boolean> {
    refuseFileName(file);
    const user = await this.find(name);
    return user !== undefined && !isForeign(user, this.#bases) && holdsFile(user.home, file);
  }

  /**
   * One change at a time. useradd doesn't look again, once it has the system's lock on the passwd files, whether the
   * name is still free; and of two suspensions the second would remember what the first did.
   */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    await mkdir(this.#private, { recursive: true, mode: 0o700 });
    return alone(join(this.#private, '.lock'), work);
  }

  async #get(name: string): Promise<HostUser> {
    refuseName(name);
    const user = await this.find(name);
    if (user === undefined) throw noUser(name);
    refuseForeign(user, this.#bases);
    return user;
  }

  async #entry(database: 'passwd' | 'shadow' | 'group', name: string): Promise<string[] | undefined> {
    const { stdout } = await this.#run('getent', [database, '--', name], { accept: [0, 2] });
    return stdout === '' ? undefined : stdout.split('\n')[0]?.split(':');
  }

  async #shadow(name: string): Promise<{ hash: string; expiry: string }> {
    const [, hash = '', , , , , , expiry = ''] = (await this.#entry('shadow', name)) ?? [];
    return { hash, expiry };
  }

  async #groupId(name: string): Promise<number | undefined> {
    const entry = await this.#entry('group', name);
    return entry === undefined ? undefined : Number(entry[2]);
  }

  async #hasHome(home: string, uid: number): Promise<boolean> {
    if (!(await isThere(home))) return false;
    const stats = await lstat(home);
    return stats.isDirectory() && stats.uid === uid;
  }

  async #refuseTaken(user: HostUser, from: NamedHome, to: NamedHome): Promise<void> {
    const gid = await this.#groupId(to.name);
    if (gid !== undefined && gid !== user.gid) throw alreadyThere(`The group “${to.name}”`);
    if (from.home === to.home || !(await isThere(to.home))) return;
    // The user's own is there where an earlier attempt was cut short after it moved the home.
    if ((await isThere(from.home)) || !(await this.#hasHome(to.home, user.uid))) {
      throw alreadyThere(`“${to.home}”`);
    }
  }

  /** Expired as well: a lock alone keeps no SSH key out. */
  async #lock(name: string): Promise<void> {
    await this.#run('usermod', ['--lock', '--expiredate', '1', '--', name]);
  }

  /** Asks first; gives up on what not even the kernel can end now. */
  async #endProcesses(uid: number): Promise<void> {
    for (const [first, then] of [
      ['TERM', '0'],
      ['KILL', 'KILL'],
    ] as const) {
      if (!(await this.#signal(first, uid))) return;
      for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
        await sleep(POLL_MS);
        if (!(await this.#signal(then, uid))) return;
      }
    }
  }

  /** Had the user any processes? */
  async #signal(signal: string, uid: number): Promise<boolean> {
    const { status } = await this.#run('pkill', ['--signal', signal, '--uid', String(uid)], {
      accept: [0, 1],
    });
    return status === 0;
  }
}
