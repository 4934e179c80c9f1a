// How many databases there are on a server that may be absent or stopped.
import type { FreeContext } from '../../../core/context.ts';
import { MachineError } from '../../../core/machine-error.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';

/** The number, or a sentence that says why it is not known. `isAbsent`: this server has no such role. */
export type Counted = { readonly used: number } | { readonly unknown: string; readonly isAbsent: boolean };

/** For `look`. The number is unknown without the role, or if the server cannot be asked. */
export async function countIfPossible(
  context: FreeContext,
  role: string,
  count: () => Promise<number>,
): Promise<Counted> {
  const counted = await lookIfPossible(context, role, count);
  if (counted === undefined) {
    return {
      unknown: `Databases cannot be counted: this server does not have the role “${role}”.`,
      isAbsent: true,
    };
  }
  if ('found' in counted) return { used: counted.found };
  return { unknown: `Databases cannot be counted: ${counted.unknown}`, isAbsent: false };
}

/** For `look`. Undefined without the role. `unknown` says why the server cannot be asked. */
export async function lookIfPossible<T>(
  { transaction, system }: FreeContext,
  role: string,
  look: () => Promise<T>,
): Promise<{ readonly found: T } | { readonly unknown: string } | undefined> {
  const roles = await transaction('reads', (db) => rolesOf({ db, system }));
  if (!roles.has(role)) return undefined;
  try {
    return { found: await look() };
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    return { unknown: error.message };
  }
}
