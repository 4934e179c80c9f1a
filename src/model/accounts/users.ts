// Who there is on this installation: root and the accounts; and everything that hangs on a user's name.
import { seesAll } from '../../core/access.ts';
import type { Caller, Db, Sealer } from '../../core/context.ts';
import { notFound } from '../../core/errors.ts';
import * as accounts from './accounts.ts';
import * as tfa from '../two-factor/tfa.ts';

/** Root, every account, and users about whom the store holds a secret that came before the account. */
export async function exists(db: Db, user: string): Promise<boolean> {
  return user === 'root' || (await accounts.find(db, user)) !== undefined || (await tfa.isEnrolled(db, user));
}

/** The wording that scripts match. */
export function noSuchUser(user: string): string {
  return `You do not have a user named “${user}”.`;
}

/** @throws ApiError `not_found`. */
export async function ensureExists(db: Db, user: string): Promise<void> {
  if (!(await exists(db, user))) throw notFound(noSuchUser(user));
}

/** Themselves, and the accounts that are theirs. Root may all. */
export async function mayManage(db: Db, caller: Caller, user: string): Promise<boolean> {
  if (seesAll(caller) || caller.user === user) return true;
  const account = await accounts.find(db, user);
  return account !== undefined && accounts.maySee(caller, account);
}

/** @throws ApiError `not_found`, `denied`: a reseller is not told whether others have a user of that name. */
export async function ensureManageable(db: Db, caller: Caller, user: string): Promise<void> {
  if (!(await mayManage(db, caller, user))) throw accounts.noAccess(caller, user);
  await ensureExists(db, user);
}

/** Where the name of a user stands: what is removed and renamed with it. Secrets are bound to it as well (`tfa.ts`). */
const places = [
  ['account', 'username'],
  ['feature_override', 'username'],
  ['reseller', 'username'],
  ['reseller_privilege', 'username'],
  ['reseller_ip', 'username'],
  ['reseller_package', 'username'],
  ['public_contact', 'username'],
  ['tfa_guard', 'username'],
  ['tfa_wrong_code', 'username'],
  ['tfa_issuer', 'username'],
  ['api_token', 'username'],
  ['api_token_privilege', 'username'],
  ['recovery_code', 'username'],
  ['ipv6_assignment', 'username'],
  ['dns_zone', 'username'],
] as const;

/** What logs a user in under the old name: it goes with a rename as well. */
const logins = ['session', 'login_token', 'access_hash'] as const;

/** Where it stands as the owner of something. */
const possessions = ['account', 'package'] as const;

/** Everything about a user goes; what the user owns becomes root's. */
export async function forget(db: Db, user: string): Promise<void> {
  await tfa.remove(db, user);
  await endLogins(db, user);
  for (const [table, column] of places) await db.run(`DELETE FROM ${table} WHERE ${column} = ?`, user);
  await disown(db, user);
}

/** Everything that logs a user in without a password: API tokens, the access hash, sessions and login links. */
export async function revokeLogins(db: Db, user: string): Promise<void> {
  for (const table of ['api_token', 'api_token_privilege']) {
    await db.run(`DELETE FROM ${table} WHERE username = ?`, user);
  }
  await endLogins(db, user);
}

async function endLogins(db: Db, user: string): Promise<void> {
  for (const table of logins) await db.run(`DELETE FROM ${table} WHERE username = ?`, user);
}

/** What a user owns becomes root's. */
export async function disown(db: Db, user: string): Promise<void> {
  for (const table of possessions) {
    await db.run(`UPDATE ${table} SET owner = 'root' WHERE owner = ?`, user);
  }
}

/** @throws ApiError `key_lost` where the user has secrets that cannot be opened. */
export async function rename(db: Db, sealer: Sealer, from: string, to: string): Promise<void> {
  await tfa.rename(db, sealer, from, to);
  await endLogins(db, from);
  for (const [table, column] of places) {
    // What a user left who had the name before.
    await db.run(`DELETE FROM ${table} WHERE ${column} = ?`, to);
    await db.run(`UPDATE ${table} SET ${column} = ? WHERE ${column} = ?`, to, from);
  }
  for (const table of possessions) await db.run(`UPDATE ${table} SET owner = ? WHERE owner = ?`, to, from);
}
