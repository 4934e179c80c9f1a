// The accounts that calls are changing now.
import type { Db } from '../../core/context.ts';

const PREFIX = 'account ';

/** The usernames that the plans in progress, or interrupted ones, have locked. */
export async function listInWork(db: Db): Promise<string[]> {
  const rows = await db.all<{ name: string }>(
    'SELECT DISTINCT name FROM operation_lock WHERE name LIKE ?',
    `${PREFIX}%`,
  );
  return rows.map(({ name }) => name.slice(PREFIX.length));
}
