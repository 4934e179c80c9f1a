// What the parts of an account are given of a call.
import { rolesOf } from '../model/roles/active-profile.ts';
import type { FoundByParts, PartWishes, PartWorld } from './account-part.ts';

export type PartContext = Omit<PartWorld, 'roles' | 'wishes' | 'found'>;

export interface PartCall {
  readonly wishes?: PartWishes;
  /** What `account-parts.ts` found when it looked. */
  readonly found?: FoundByParts;
}

export async function partWorld(context: PartContext, call: PartCall = {}): Promise<PartWorld> {
  const { db, caller, system, version, now, inform, warn } = context;
  const { wishes = {}, found = {} } = call;
  return {
    ...{ db, caller, system, version, now, inform, warn, wishes, found },
    roles: await rolesOf(context),
  };
}
