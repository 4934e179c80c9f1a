// The users of this installation: root and the accounts.
import { seesAll } from '../../../core/access.ts';
import type { Caller, Db } from '../../../core/context.ts';
import { notFound } from '../../../core/errors.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import * as tfa from '../../two-factor/rules/tfa.ts';

/** True if the user is root or an account. Also true for a user without an account for whom the store has a secret. */
export async function exists(db: Db, user: string): Promise<boolean> {
  return user === 'root' || (await accounts.find(db, user)) !== undefined || (await tfa.isEnrolled(db, user));
}

/** @throws ApiError `not_found`. */
export async function assertExists(db: Db, user: string): Promise<void> {
  if (!(await exists(db, user))) throw notFound(accounts.noSuchUser(user));
}

/** Callers can manage themselves and the accounts that they own. Root can manage everyone. */
export async function mayManage(db: Db, caller: Caller, user: string): Promise<boolean> {
  if (seesAll(caller) || caller.user === user) return true;
  const account = await accounts.find(db, user);
  return account !== undefined && accounts.maySee(caller, account);
}

/** @throws ApiError `not_found`, `denied`. A reseller does not learn whether somebody else has a user of that name. */
export async function assertManageable(db: Db, caller: Caller, user: string): Promise<void> {
  if (!(await mayManage(db, caller, user))) throw accounts.noAccess(caller, user);
  await assertExists(db, user);
}
