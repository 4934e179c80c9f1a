// All logins of a user without a password.
import type { Db } from '../../../core/context.ts';

/** Deletes all logins without a password: API tokens, the access hash, linked identities, sessions and login links. */
export async function revokeLogins(db: Db, user: string): Promise<void> {
  for (const table of ['api_token', 'api_token_privilege', 'linked_identity']) {
    await db.run(`DELETE FROM ${table} WHERE username = ?`, user);
  }
  await endLogins(db, user);
}

/** Deletes what was made under this name: sessions, login links and the access hash. A renamed user gets new ones. */
export async function endLogins(db: Db, user: string): Promise<void> {
  for (const table of ['session', 'login_token', 'access_hash']) {
    await db.run(`DELETE FROM ${table} WHERE username = ?`, user);
  }
}
