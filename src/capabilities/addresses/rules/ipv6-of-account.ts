// The IPv6 address of one account. Apart from the other assignments, because most accounts have none: what reads and writes
// addresses is loaded only for one.
import type { Db } from '../../../core/context.ts';

/** In the notation of RFC 5952. Null if the account has none. */
export async function ipv6Of(db: Db, username: string): Promise<string | null> {
  const sql = 'SELECT username FROM ipv6_assignment WHERE username = ?';
  if ((await db.get(sql, username)) === undefined) return null;
  const { find } = await import('./ipv6-assignments.ts');
  return (await find(db, username))?.address ?? null;
}
