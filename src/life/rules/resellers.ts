// A reseller who becomes an ordinary account.
import type { Db } from '../../core/context.ts';
import { disown } from '../../capabilities/accounts/rules/possessions.ts';
import { assertReseller } from '../../capabilities/accounts/rules/resellers/resellers.ts';
import { revokeLogins } from '../../capabilities/logins/rules/revoked-logins.ts';

/**
 * Converts a reseller to an ordinary account. Root becomes the owner of what the reseller owned. The reseller's logins
 * on this server are deleted, because they would work again if the account became a reseller once more.
 * @throws ApiError `not_found`.
 */
export async function dismiss(db: Db, user: string): Promise<void> {
  await assertReseller(db, user);
  for (const table of [
    'reseller',
    'reseller_privilege',
    'reseller_ip',
    'reseller_package',
    'public_contact',
  ]) {
    await db.run(`DELETE FROM ${table} WHERE username = ?`, user);
  }
  await revokeLogins(db, user);
  await disown(db, user);
}
