// Callers and their privileges.
import type { Caller, Db } from '../../../core/context.ts';
import { accountCaller } from '../../../core/contexts.ts';
import { ApiError, denied, notFound } from '../../../core/errors.ts';
import * as accounts from '../../accounts/rules/accounts.ts';

/**
 * The interfaces, by their names in the API. `whostmgrd` is WHM, for root and resellers; `cpaneld` is the interface of
 * accounts; `webmaild` shows their mail. A session, a login link and an API token belong to one of them and are never
 * valid in another.
 */
export type LoginService = 'whostmgrd' | 'cpaneld' | 'webmaild';

/** The privilege that includes every privilege, over every account. */
const ALL = 'all';

/** True if a user has root's power over every account. */
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

/**
 * Returns an account as the reader of its mail.
 * @throws ApiError as `accountCallerOf`; `denied` also if the account does not have webmail.
 */
async function mailCallerOf(db: Db, user: string): Promise<Caller> {
  const caller = await accountCallerOf(db, user);
  // Only this needs them.
  const { mayUse } = await import('../../accounts/rules/features/overrides.ts');
  if (!(await mayUse(db, user, 'webmail')))
    throw denied(`The account “${user}” does not have webmail: its feature list or an override disables it.`);
  return caller;
}

const callersAt: Readonly<Record<LoginService, (db: Db, user: string) => Promise<Caller>>> = {
  whostmgrd: callerOf,
  cpaneld: accountCallerOf,
  webmaild: mailCallerOf,
};

/** Returns the user as a caller of this interface. @throws ApiError `not_found`, `denied`. */
export function callerAt(db: Db, service: LoginService, user: string): Promise<Caller> {
  return callersAt[service](db, user);
}

/** True if the user can log in to this interface. */
export async function canEnter(db: Db, service: LoginService, user: string): Promise<boolean> {
  try {
    await callerAt(db, service, user);
    return true;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}
