// All logins of a user without a password.
import type { Db } from '../../../core/context.ts';
import { closeAll } from './sessions.ts';

/** Deletes all logins without a password: API tokens, the access hash, linked identities, sessions and login links. */
export async function revokeLogins(db: Db, user: string): Promise<void> {
  for (const table of ['api_token', 'api_token_privilege', 'linked_identity', 'access_hash'])
    await db.run(`DELETE FROM ${table} WHERE username = ?`, user);
  await closeAll(db, user);
}
