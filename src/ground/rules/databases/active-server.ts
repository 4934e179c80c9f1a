// The profile whose server gets new databases and users of MariaDB.
import type { Db } from '../../../core/context.ts';

/** The profile of the database server of this machine. */
export const LOCAL_PROFILE = 'localhost';

export async function activeName(db: Db): Promise<string> {
  const row = await db.get<{ name: string }>(
    'SELECT name FROM active_mysql_profile WHERE server = ?',
    db.server,
  );
  return row?.name ?? LOCAL_PROFILE;
}

/** True if it is another server, which is reached over the network. */
export async function isElsewhere(db: Db): Promise<boolean> {
  return (await activeName(db)) !== LOCAL_PROFILE;
}
