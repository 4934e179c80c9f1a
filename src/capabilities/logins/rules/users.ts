// The users of this installation, root and the accounts, and everything in the store that refers to a user's name.
import { seesAll } from '../../../core/access.ts';
import type { Caller, Db, Sealer } from '../../../core/context.ts';
import { notFound } from '../../../core/errors.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import * as bandwidth from '../../bandwidth/rules/usage.ts';
import * as accountContacts from '../../notify/rules/account-contacts.ts';
import * as integrationLinks from './integration/links.ts';
import * as tfa from '../../two-factor/rules/tfa.ts';

/** True if the user is root or an account. Also true for a user without an account for whom the store has a secret. */
export async function exists(db: Db, user: string): Promise<boolean> {
  return user === 'root' || (await accounts.find(db, user)) !== undefined || (await tfa.isEnrolled(db, user));
}

/** The wording that scripts match. */
export function noSuchUser(user: string): string {
  return `You do not have a user named “${user}”.`;
}

/** @throws ApiError `not_found`. */
export async function assertExists(db: Db, user: string): Promise<void> {
  if (!(await exists(db, user))) throw notFound(noSuchUser(user));
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

/**
 * The columns that contain the name of a user. They are deleted and renamed with the user. Secrets are also bound to
 * the name (`tfa.ts`).
 */
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
  ['account_token', 'username'],
  ['recovery_code', 'username'],
  ['ipv6_assignment', 'username'],
  ['dns_zone', 'username'],
  ['hosted_domain', 'username'],
  ['primary_virtual_host', 'username'],
  ['integration_group', 'username'],
  ['linked_identity', 'username'],
  ['personalization', 'username'],
  ['autossl_order', 'username'],
  ['autossl_certificate', 'username'],
  ['autossl_problem', 'username'],
  ['autossl_exclusion', 'username'],
  ['directory_index', 'username'],
  ['https_redirect', 'username'],
  ['certificate', 'username'],
  ['certificate_key', 'username'],
  ['signing_request', 'username'],
  ['installed_certificate', 'username'],
  ['preferred_key_type', 'username'],
  ['bandwidth_limit_state', 'username'],
  ['disk_usage_warning', 'username'],
  ['php_virtual_host', 'username'],
  ['account_second_contact', 'username'],
  ['account_notification', 'username'],
  ['last_login', 'username'],
  ['php_fpm_setting', 'username'],
  ['database', 'owner'],
  ['database_user', 'owner'],
  ['database_host', 'owner'],
  ['database_session_user', 'owner'],
  ['machine_copy', 'username'],
] as const;

/** Logins under the old name. They are also deleted if the user is renamed. */
const logins = ['session', 'login_token', 'access_hash'] as const;

/** The tables in which the user is the owner of a row. */
const possessions = ['account', 'package'] as const;

/** Deletes everything about a user. Root becomes the owner of what the user owned. */
export async function forget(db: Db, user: string): Promise<void> {
  await tfa.remove(db, user);
  await endLogins(db, user);
  for (const [table, column] of places) await db.run(`DELETE FROM ${table} WHERE ${column} = ?`, user);
  await db.run('DELETE FROM integration_link WHERE username = ?', user);
  await db.run('DELETE FROM account_contact_secret WHERE username = ?', user);
  await disown(db, user);
}

/** Deletes all logins without a password: API tokens, the access hash, linked identities, sessions and login links. */
export async function revokeLogins(db: Db, user: string): Promise<void> {
  for (const table of ['api_token', 'api_token_privilege', 'linked_identity']) {
    await db.run(`DELETE FROM ${table} WHERE username = ?`, user);
  }
  await endLogins(db, user);
}

async function endLogins(db: Db, user: string): Promise<void> {
  for (const table of logins) await db.run(`DELETE FROM ${table} WHERE username = ?`, user);
}

/** Makes root the owner of what a user owns. */
export async function disown(db: Db, user: string): Promise<void> {
  for (const table of possessions) {
    await db.run(`UPDATE ${table} SET owner = 'root' WHERE owner = ?`, user);
  }
}

/** @throws ApiError `key_lost` if the user has secrets that cannot be decrypted. */
export async function rename(db: Db, sealer: Sealer, from: string, to: string): Promise<void> {
  await tfa.rename(db, sealer, from, to);
  await integrationLinks.rename(db, sealer, from, to);
  await accountContacts.rename(db, sealer, from, to);
  await bandwidth.rename(db, from, to);
  await endLogins(db, from);
  // Their names are those of the account. The machine has what they contain, because it has the user.
  await db.run(`DELETE FROM machine_copy WHERE username = ? AND kind <> 'zone'`, from);
  for (const [table, column] of places) {
    // Deletes the rows of an earlier user with the new name.
    await db.run(`DELETE FROM ${table} WHERE ${column} = ?`, to);
    await db.run(`UPDATE ${table} SET ${column} = ? WHERE ${column} = ?`, to, from);
  }
  for (const table of possessions) await db.run(`UPDATE ${table} SET owner = ? WHERE owner = ?`, to, from);
}
