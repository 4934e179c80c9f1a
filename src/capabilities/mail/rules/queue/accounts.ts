// The accounts among the senders of the mail queue.
import type { Db } from '../../../../core/context.ts';

/** Returns the users that are accounts of this server. */
export async function accountsAmong(db: Db, users: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db.all<{ username: string }>(
    `SELECT username FROM account WHERE server = ? AND username IN (SELECT value FROM ${db.dialect.eachOf('?', 'wanted')})`,
    ...[db.server, JSON.stringify([...new Set(users)])],
  );
  return new Set(rows.map(({ username }) => username));
}
