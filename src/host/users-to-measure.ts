// Which of many users a measurement is possible for, and what is to be said of the others.
import { isUserName, noUser, refuseForeign, type HostUser, type HostUsers } from '../core/host.ts';
import { HostError } from '../core/host-error.ts';

export interface ToMeasure {
  readonly found: readonly HostUser[];
  /** Of the others, by name. */
  readonly errors: ReadonlyMap<string, HostError>;
}

export async function usersToMeasure(
  users: HostUsers,
  bases: readonly string[],
  names: readonly string[],
): Promise<ToMeasure> {
  const errors = new Map<string, HostError>();
  const known = await users.findAll(names.filter(isUserName));
  const found = names.flatMap((name) => {
    const user = known.get(name);
    try {
      if (user === undefined) throw noUser(name);
      refuseForeign(user, bases);
      return [user];
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      errors.set(name, error);
      return [];
    }
  });
  return { found, errors };
}
