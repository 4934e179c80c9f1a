// What a call passes to the parts of an account.
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';
import type {
  FoundByParts,
  PartWishes,
  PartDependencies,
} from '../../capabilities/accounts/driver/account-part.ts';

export type PartContext = Omit<PartDependencies, 'roles' | 'wishes' | 'found' | 'certificates'>;

export interface PartCall {
  readonly wishes?: PartWishes;
  /** What `account-parts.ts` found on the machine. */
  readonly found?: FoundByParts;
}

export async function partDependencies(context: PartContext, call: PartCall = {}): Promise<PartDependencies> {
  const { db, caller, sealer, system, version, now, inform, warn } = context;
  const { wishes = {}, found = {} } = call;
  return {
    ...{ db, caller, sealer, system, version, now, inform, warn, wishes, found },
    roles: await rolesOf(context),
    certificates: new Map(),
  };
}
