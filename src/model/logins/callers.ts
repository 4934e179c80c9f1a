// Callers and their privileges.
import type { Caller, Db } from '../../core/context.ts';
import { denied, notFound } from '../../core/errors.ts';
import * as accounts from '../accounts/accounts.ts';

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
  const account = await accounts.find(db, user);
  if (account === undefined) throw notFound(`You do not have a user named “${user}”.`);
  if ((await db.get('SELECT 1 FROM reseller WHERE username = ?', user)) === undefined) {
    throw denied(
      `Not a reseller: “${user}” cannot call functions here. Make it a reseller with setupreseller.`,
    );
  }
  if (account.suspendedAt !== null) throw denied(`The reseller “${user}” is suspended.`);
  const rows = await db.all<{ privilege: string }>(
    'SELECT privilege FROM reseller_privilege WHERE username = ?',
    user,
  );
  const held = new Set(rows.map(({ privilege }) => privilege));
  return { user, privileges: held.has(ALL) ? 'all' : held };
}
