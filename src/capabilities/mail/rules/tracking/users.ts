// The names of accounts in the tracking of mail.
import type { Db } from '../../../../core/context.ts';

const COLUMNS = [
  ['mail_message', 'username'],
  ['mail_delivery', 'recipient_user'],
  ['mail_delivery', 'delivery_user'],
] as const;

export async function rename(db: Db, from: string, to: string): Promise<void> {
  for (const [table, column] of COLUMNS) {
    // The indexes have no rows without an account, and SQLite uses them only if the condition says so.
    await db.run(`UPDATE ${table} SET ${column} = ? WHERE ${column} = ? AND ${column} <> ''`, to, from);
  }
}

/** Root still sees the mail of a removed account. A new account of its name does not. */
export function forget(db: Db, username: string): Promise<void> {
  return rename(db, username, '');
}
