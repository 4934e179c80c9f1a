// How many databases there are on a server that may be absent or stopped.
import type { FreeContext } from '../../core/context.ts';
import { MachineError } from '../../core/machine-error.ts';
import { rolesOf } from '../roles/active-profile.ts';

/** For `look`. Undefined, with a warning, if this server does not have the role, or the server cannot be asked. */
export async function countOrWarn(
  { transaction, system, warn }: Pick<FreeContext, 'transaction' | 'system' | 'warn'>,
  role: string,
  count: () => Promise<number>,
): Promise<number | undefined> {
  const roles = await transaction('reads', (db) => rolesOf({ db, system }));
  if (!roles.has(role)) {
    warn(`Databases cannot be counted: this server does not have the role “${role}”.`);
    return undefined;
  }
  try {
    return await count();
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    warn(`Databases cannot be counted: ${error.message}`);
    return undefined;
  }
}
