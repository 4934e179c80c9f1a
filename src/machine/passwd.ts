// Converts lines of passwd(5) to users.
import type { MachineUser } from '../core/machine.ts';
import { isUserName } from '../core/machine-values.ts';

export function userOf([name = '', , uid, gid, , home = '', shell = '']: readonly string[]): MachineUser {
  return { name, uid: Number(uid), gid: Number(gid), home, shell };
}

/** Returns the users with these names. If a name has several lines, the first one counts, as for the system. */
export function usersIn(text: string, names: ReadonlySet<string>): Map<string, MachineUser> {
  const users = new Map<string, MachineUser>();
  for (const line of text.split('\n')) {
    const name = line.slice(0, line.indexOf(':'));
    if (names.has(name) && isUserName(name) && !users.has(name)) users.set(name, userOf(line.split(':')));
  }
  return users;
}
