// Everything in the store that refers to a user's name.
import type { Db, Sealer } from '../../core/context.ts';
import { disown, renameOwner } from '../../capabilities/accounts/rules/possessions.ts';
import * as bandwidth from '../../capabilities/bandwidth/rules/usage.ts';
import * as integrationLinks from '../../capabilities/logins/rules/integration/links.ts';
import { endLogins } from '../../capabilities/logins/rules/revoked-logins.ts';
import * as accountContacts from '../../capabilities/notify/rules/account-contacts.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';

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

/** Deletes everything about a user. Root becomes the owner of what the user owned. */
export async function forget(db: Db, user: string): Promise<void> {
  await tfa.remove(db, user);
  await endLogins(db, user);
  for (const [table, column] of places) await db.run(`DELETE FROM ${table} WHERE ${column} = ?`, user);
  await db.run('DELETE FROM integration_link WHERE username = ?', user);
  await db.run('DELETE FROM account_contact_secret WHERE username = ?', user);
  await disown(db, user);
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
  await renameOwner(db, from, to);
}
