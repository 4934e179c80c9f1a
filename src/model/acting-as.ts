// Who may log in as somebody else, without that one's password.
import { seesAll } from '../core/access.ts';
import type { Caller, Db } from '../core/context.ts';
import { denied } from '../core/errors.ts';
import { callerOf } from './callers.ts';
import * as users from './users.ts';

/**
 * The user as a caller, where the caller may act as that one: as themselves, and as the resellers that they own; root
 * as everybody who may call at all.
 * @throws ApiError `not_found`, `denied`.
 */
export async function callerToActAs(db: Db, caller: Caller, user: string): Promise<Caller> {
  await users.ensureManageable(db, caller, user);
  const other = await callerOf(db, user);
  if (seesAll(other) && !seesAll(caller)) {
    throw denied(`You may not act as “${user}”, who has root’s power over every account.`);
  }
  return other;
}
