// How many databases there are on a server that may be absent or stopped.
import type { FreeContext } from '../../core/context.ts';
import { MachineError } from '../../core/machine-error.ts';
import { rolesOf } from '../roles/active-profile.ts';

/** The number, or a sentence that says why it is not known. */
export type Counted = { readonly used: number } | { readonly unknown: string };

/** For `look`. The number is unknown without the role, or if the server cannot be asked. */
export async function countIfPossible(
  { transaction, system }: Pick<FreeContext, 'transaction' | 'system'>,
  role: string,
  count: () => Promise<number>,
): Promise<Counted> {
  const roles = await transaction('reads', (db) => rolesOf({ db, system }));
  if (!roles.has(role)) {
    return { unknown: `Databases cannot be counted: this server does not have the role “${role}”.` };
  }
  try {
    return { used: await count() };
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    return { unknown: `Databases cannot be counted: ${error.message}` };
  }
}
