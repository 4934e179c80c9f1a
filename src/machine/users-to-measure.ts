// Separates the users that can be measured from the others, which get an error each.
import type { MachineUser, MachineUsers } from '../core/machine.ts';
import { isUserName, userNotFound, assertNotSystemUser } from '../core/machine-values.ts';
import { MachineError } from '../core/machine-error.ts';

export interface ToMeasure {
  readonly found: readonly MachineUser[];
  /** The errors of the other users, by name. */
  readonly errors: ReadonlyMap<string, MachineError>;
}

export async function usersToMeasure(
  users: MachineUsers,
  bases: readonly string[],
  names: readonly string[],
): Promise<ToMeasure> {
  const errors = new Map<string, MachineError>();
  const known = await users.findAll(names.filter(isUserName));
  const found = names.flatMap((name) => {
    const user = known.get(name);
    try {
      if (user === undefined) throw userNotFound(name);
      assertNotSystemUser(user, bases);
      return [user];
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      errors.set(name, error);
      return [];
    }
  });
  return { found, errors };
}
