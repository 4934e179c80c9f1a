// Users who may not log in: `ACCOUNT LOCK`, which keeps their passwords and privileges.
import type { DatabaseConnection } from '../../../../core/machine-databases.ts';
import { endSessions, hostsOf } from './sql-users.ts';
import { userAt } from './statements.ts';

/** Those of the users who are locked for all of their hosts. */
export async function locked(connection: DatabaseConnection, users: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const user of users) {
    const states = await Promise.all(
      (await hostsOf(connection, user)).map((host) => isLocked(connection, user, host)),
    );
    if (states.length > 0 && states.every((one) => one)) found.push(user);
  }
  return found;
}

/** Users who no longer exist are left out. Ends the sessions of locked users. */
export async function setLocked(
  connection: DatabaseConnection,
  users: readonly string[],
  isLocked: boolean,
): Promise<void> {
  for (const user of users) {
    const hosts = await hostsOf(connection, user);
    if (hosts.length === 0) continue;
    const accounts = hosts.map((host) => userAt(connection, user, host));
    await connection.query(
      `ALTER USER IF EXISTS ${accounts.join(', ')} ACCOUNT ${isLocked ? 'LOCK' : 'UNLOCK'}`,
    );
    if (isLocked) await endSessions(connection, user);
  }
}

async function isLocked(connection: DatabaseConnection, user: string, host: string): Promise<boolean> {
  const [row] = await connection.query(`SHOW CREATE USER ${userAt(connection, user, host)}`);
  // The names and the hash are quoted.
  const unquoted = String(Object.values(row ?? {})[0]).replaceAll(/'[^']*'|`[^`]*`/g, '');
  return /\bACCOUNT LOCK\b/.test(unquoted);
}
