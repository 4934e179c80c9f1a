// How many connections a user of a database server may have at once: the tweak setting database_user_connections, and the
// limit that the users of this server have so far. They differ after the setting was changed, and after an upgrade from a
// version that had no limit.
import type { Db } from '../../../core/context.ts';
import * as tweakSettings from '../../../ground/rules/tweak-settings.ts';

export const SETTING = 'database_user_connections';
/** A fourth of what MariaDB accepts by default, and less than half of what PostgreSQL does. */
export const DEFAULT_LIMIT = 40;
export const MAX_LIMIT = 100_000;
/** The task that gives the present limit to the users. */
export const LIMIT = 'limit-database-connections';
/** No setting has such a name. */
const APPLIED = `${SETTING} (applied)`;

/** The limit of new users. 0: none. */
export async function limitOf(db: Db): Promise<number> {
  const value = await tweakSettings.read(db, 'Main', SETTING);
  return value === undefined || value === '' ? DEFAULT_LIMIT : Number(value);
}

/**
 * The limit that the task has given to the users, or the one with which this version creates them. Those of an earlier
 * version have none.
 */
export async function formerLimitOf(db: Db): Promise<number> {
  return (await appliedLimitOf(db)) ?? DEFAULT_LIMIT;
}

/** True if users of this server may have another limit than the present one. */
export async function isDue(db: Db): Promise<boolean> {
  if ((await appliedLimitOf(db)) === (await limitOf(db))) return false;
  return (
    (await db.get('SELECT 1 AS one FROM database_user WHERE server = ? LIMIT 1', db.server)) !== undefined
  );
}

/** Stores that all users have the limit. */
export async function storeApplied(db: Db, limit: number): Promise<void> {
  await tweakSettings.write(db, 'Main', APPLIED, String(limit));
}

async function appliedLimitOf(db: Db): Promise<number | undefined> {
  const value = await tweakSettings.read(db, 'Main', APPLIED);
  return value === undefined ? undefined : Number(value);
}
