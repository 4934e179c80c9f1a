// The last login of each account to its interface, which outlasts the session.
import type { Db } from '../../../core/context.ts';

export async function record(db: Db, username: string, address: string, now: number): Promise<void> {
  await db.run(
    `INSERT INTO last_login (username, address, logged_in_at) VALUES (?, ?, ?)
     ON CONFLICT (username) DO UPDATE SET address = excluded.address, logged_in_at = excluded.logged_in_at`,
    ...[username, address, now],
  );
}

/** Undefined if the account has never logged in. */
export async function addressOf(db: Db, username: string): Promise<string | undefined> {
  const row = await db.get<{ address: string }>(
    'SELECT address FROM last_login WHERE username = ?',
    username,
  );
  return row?.address;
}
