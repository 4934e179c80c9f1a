// Creates users again that existed before, maybe on another machine, whose homes may be there already.
import type { FormerMachineUser } from '../../core/machine.ts';
import {
  alreadyExists,
  assertHash,
  assertNewUser,
  foreignHome,
  isWithoutPassword,
} from '../../core/machine-values.ts';
import { isThere } from './crontabs.ts';
import type { UserResources } from './user-resources.ts';
import { addFormerUser, setPasswords } from './user-tools.ts';

/** Statuses of userdel(8) and groupdel(8). */
const NO_SUCH = 6;

export function assertFormerUser(
  user: FormerMachineUser,
  hash: string | undefined,
  bases: readonly string[],
): void {
  assertNewUser(user, bases);
  assertNewUser({ ...user, uid: user.gid }, bases);
  if (hash !== undefined) assertHash(hash);
}

/** The caller must hold the lock. */
export class UserRecreation {
  readonly #resources: UserResources;

  constructor(resources: UserResources) {
    this.#resources = resources;
  }

  async recreate(user: FormerMachineUser, hash: string | undefined): Promise<void> {
    const { run, database, homes, suspensions } = this.#resources;
    const { name, uid, gid, home, links } = user;
    const found = await database.find(name);
    // An earlier attempt may have been interrupted.
    const isOurs = found?.uid === uid && found.gid === gid && found.home === home;
    if (found !== undefined && !isOurs) throw alreadyExists(`The user “${name}”`);
    if ((await this.homeOf(user)) === 'foreign') throw foreignHome(home, uid);
    if (found === undefined) await this.#add(user);
    // A record of an earlier user with this name and ID.
    await suspensions.forget(name);
    if ((await this.homeOf(user)) === 'missing') await homes.make(user, links);
    if (hash === undefined || isWithoutPassword(hash)) return;
    const failures = await setPasswords(run, [{ name, password: Promise.resolve({ hash }) }]);
    if (failures.has(name)) throw failures.get(name);
  }

  async homeOf({
    home,
    uid,
  }: Pick<FormerMachineUser, 'home' | 'uid'>): Promise<'own' | 'missing' | 'foreign'> {
    if (!(await isThere(home))) return 'missing';
    return (await this.#resources.homes.isOwn(home, uid)) ? 'own' : 'foreign';
  }

  /** `userdel` without `--remove` keeps the home and the crontab. */
  async undo({ name, uid }: { readonly name: string; readonly uid: number }): Promise<void> {
    const { run, database } = this.#resources;
    const found = await database.find(name);
    if (found?.uid === uid) await run('userdel', ['--', name], { accept: [0, NO_SUCH] });
  }

  async #add(user: FormerMachineUser): Promise<void> {
    const { run, database } = this.#resources;
    const { name, uid, gid } = user;
    const other = await database.findById(uid);
    if (other !== undefined) throw alreadyExists(`The user ID ${uid} (of “${other.name}”)`);
    const present = await database.groupId(name);
    if (present !== undefined && present !== gid) throw alreadyExists(`The group “${name}”`);
    if (present === undefined) {
      const group = await database.groupName(gid);
      if (group !== undefined) throw alreadyExists(`The group ID ${gid} (of “${group}”)`);
      await run('groupadd', ['--gid', String(gid), '--', name]);
    }
    await addFormerUser(run, user);
  }
}
