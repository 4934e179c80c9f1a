// The accounts of this server, with those that calls are changing now.
import type { Db } from '../../../core/context.ts';

const PREFIX = 'account ';

/**
 * The usernames of all accounts of this server, and those that plans have locked: of accounts that are about to be
 * created or renamed.
 */
export async function listUsernames(db: Db): Promise<string[]> {
  const rows = await db.all<{ username: string }>(
    `SELECT username FROM account WHERE server = ?
     UNION SELECT substr(name, ${PREFIX.length + 1}) FROM operation_lock
       JOIN operation ON operation.id = operation_lock.operation WHERE server = ? AND name LIKE ?
     ORDER BY 1`,
    ...[db.server, db.server, `${PREFIX}%`],
  );
  return rows.map(({ username }) => username);
}
