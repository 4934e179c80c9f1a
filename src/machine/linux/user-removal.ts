// Removes users, even if an earlier attempt was interrupted at any point.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FormerUser, MachineUser } from '../../core/machine.ts';
import { MachineError } from '../../core/machine-error.ts';
import type { UserResources } from './user-resources.ts';
import type { PrivateRecords } from './private-records.ts';

interface Removal extends FormerUser {
  readonly gid: number;
}

/** Statuses of userdel(8) and groupdel(8). */
const NO_SUCH = 6;
const BUSY_OR_PRIMARY = 8;
const MAIL_SPOOL = '/var/mail';

/** The caller must hold the lock. */
export class UserRemoval {
  readonly #resources: UserResources;
  /** The users that are being removed. A record shows to which user the leftovers of an interrupted removal belong. */
  readonly #records: PrivateRecords<Removal>;

  constructor(resources: UserResources, records: PrivateRecords<Removal>) {
    this.#resources = resources;
    this.#records = records;
  }

  /** Undoes the creation of a user that nobody has used yet. */
  async takeBack({ name, home, uid }: MachineUser): Promise<void> {
    await this.#resources.homes.removeDraft(home);
    await this.#resources.homes.remove(home, uid);
    await this.#resources.run('userdel', ['--', name], { accept: [0, NO_SUCH] });
  }

  /** The home is removed before the user. While any of it is left, its files have an owner, and a retry finds both. */
  async remove(user: MachineUser): Promise<void> {
    const { name, uid, gid, home } = user;
    try {
      await this.#shutOut(user);
      // Keeps a home that belongs to another user or is a symbolic link.
      await this.#resources.homes.remove(home, uid);
      await rm(join(MAIL_SPOOL, name), { recursive: true, force: true });
      await this.#records.write(name, { uid, gid, home });
      await this.#resources.run('userdel', ['--', name], { accept: [0, NO_SUCH] });
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      const { code, message } = error;
      const now = 'The user is locked now, and its crontab disabled. Fix the cause, then retry the call.';
      throw new MachineError(code, `${/[.!?]$/.test(message) ? message : `${message}.`} ${now}`, {
        cause: error,
      });
    }
    await this.complete(name);
  }

  /** Prevents logins and ends all processes of the user, before it is removed. */
  async #shutOut(user: MachineUser): Promise<void> {
    await this.lock(user.name).catch((error: unknown) => {
      // The removal continues on a full disk, because it frees space.
      if (!(error instanceof MachineError && error.code === 'full')) throw error;
    });
    await this.#resources.crontabs.disable(user.name);
    await this.#resources.processes.end(user);
  }

  /** Completes a removal once the user is gone from the passwd file, also after a crash. */
  async complete(name: string): Promise<void> {
    const { run, database, homes, crontabs, suspensions } = this.#resources;
    const removal = await this.#records.read(name);
    if (removal === undefined || (await database.find(name)) !== undefined) return;
    const { uid, gid, home } = removal;
    if (!(await database.isUsed(uid))) await homes.remove(home, uid);
    // userdel keeps a group that has other members. Such a group would prevent a new user with this name.
    if ((await database.groupId(name)) === gid) {
      await run('groupdel', ['--', name], { accept: [0, NO_SUCH, BUSY_OR_PRIMARY] });
    }
    // A killed userdel leaves entries without a user. These tools remove exactly those entries.
    if (await database.has('shadow', name)) await run('pwconv', []);
    if (await database.has('gshadow', name)) await run('grpconv', []);
    await crontabs.remove(name);
    await suspensions.forget(name);
    await this.#records.remove(name);
  }

  /** The account is also expired, because a lock alone does not block SSH keys. */
  async lock(name: string): Promise<void> {
    await this.#resources.run('usermod', ['--lock', '--expiredate', '1', '--', name]);
  }
}
