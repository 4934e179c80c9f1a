// How many connections a user may have at once. MariaDB counts them for each host of the user.
import type { DatabaseConnection } from '../../../../core/machine-databases.ts';
import type { ConnectionLimit } from '../records.ts';
import { userAt } from './statements.ts';

const HELD = "CAST(COALESCE(JSON_VALUE(Priv, '$.max_user_connections'), 0) AS SIGNED)";

/** @returns the users whose limit was changed, sorted. */
export async function limit(
  connection: DatabaseConnection,
  users: readonly string[],
  { most, former }: ConnectionLimit,
): Promise<string[]> {
  if (users.length === 0) return [];
  const found = await connection.query<{ name: string; host: string }>(
    `SELECT User AS name, Host AS host FROM mysql.global_priv
      WHERE User IN (?) AND Host <> '' AND ${HELD} IN (0, ?) AND ${HELD} <> ? ORDER BY User, Host`,
    [[...users], former, most],
  );
  if (found.length === 0) return [];
  const accounts = found.map(({ name, host }) => userAt(connection, name, host));
  await connection.query(`ALTER USER IF EXISTS ${accounts.join(', ')} WITH MAX_USER_CONNECTIONS ${most}`);
  return [...new Set(found.map(({ name }) => name))];
}
