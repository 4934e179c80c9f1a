// Callers and their privileges.
import type { Caller, Db } from '../../core/context.ts';
import { accountCaller } from '../../core/contexts.ts';
import { denied, notFound } from '../../core/errors.ts';
import * as accounts from '../accounts/accounts.ts';

/**
 * The two interfaces, by their names in the API. `whostmgrd` is WHM, for root and resellers; `cpaneld` is the interface
 * of accounts. A session, a login link and an API token belong to one of them and are never valid in the other.
 */
export type LoginService = 'whostmgrd' | 'cpaneld';

/** The privilege that includes every privilege, over every account. */
const ALL = 'all';

/** Whether a user has root's power over every account. */
export async function holdsAll(db: Db, user: string): Promise<boolean> {
  if (user === 'root') return true;
  const sql = 'SELECT 1 FROM reseller_privilege WHERE username = ? AND privilege = ?';
  return (await db.get(sql, user, ALL)) !== undefined;
}

/**
 * Returns root, or a reseller with its present privileges.
 * @throws ApiError `not_found` if there is no such account; `denied` if it is not a reseller, or is suspended.
 */
export async function callerOf(db: Db, user: string): Promise<Caller> {
  if (user === 'root') return { user, privileges: 'all' };
  // Every call of a reseller reads this, so only the columns that it needs.
  const account = await db.get<{ suspended_at: number | null; is_reseller: 0 | 1 }>(
    `SELECT suspended_at,
       CASE WHEN EXISTS (SELECT 1 FROM reseller WHERE reseller.username = account.username) THEN 1 ELSE 0 END AS is_reseller
     FROM account WHERE username = ?`,
    user,
  );
  if (account === undefined) throw notFound(`You do not have a user named “${user}”.`);
  if (account.is_reseller === 0) {
    throw denied(
      `Not a reseller: “${user}” cannot call functions here. Make it a reseller with setupreseller.`,
    );
  }
  if (account.suspended_at !== null) throw denied(`The reseller “${user}” is suspended.`);
  const rows = await db.all<{ privilege: string }>(
    'SELECT privilege FROM reseller_privilege WHERE username = ?',
    user,
  );
  const held = new Set(rows.map(({ privilege }) => privilege));
  return { user, privileges: held.has(ALL) ? 'all' : held };
}

/**
 * Returns an account as the caller of its own interface.
 * @throws ApiError `not_found` if there is no such account; `denied` if it is suspended or on another server.
 */
export async function accountCallerOf(db: Db, user: string): Promise<Caller> {
  const account = await accounts.find(db, user);
  if (account === undefined) throw notFound(`There is no account “${user}”.`);
  if (account.server !== db.server) throw denied(`The account “${user}” is on another server.`);
  if (account.suspendedAt !== null) throw denied(`The account “${user}” is suspended.`);
  return accountCaller(account.username);
}

/** Returns the user as a caller of this interface. @throws ApiError `not_found`, `denied`. */
export function callerAt(db: Db, service: LoginService, user: string): Promise<Caller> {
  return service === 'cpaneld' ? accountCallerOf(db, user) : callerOf(db, user);
}
