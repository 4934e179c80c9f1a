// Privileges of the users of one account on the databases of another. They are taken away when databases and users change
// their owner.
import type { DatabaseConnection } from '../../../../../core/machine-databases.ts';
import { MachineError } from '../../../../../core/machine-error.ts';
import { endSessions, hostsOf } from '../sql-users.ts';
import { patternsOf } from '../statements.ts';
import { databaseGrants, grantStatement, revoke, type ObjectGrant } from './object-grants.ts';

/** What belongs to one account. */
export interface Side {
  readonly databases: readonly string[];
  readonly users: readonly string[];
}

export interface CrossingGrant {
  readonly database: string;
  readonly grant: ObjectGrant;
}

/** @throws MachineError `failed` if a user has privileges by a pattern that also matches other databases. */
export async function crossingGrants(
  connection: DatabaseConnection,
  one: Side,
  other: Side,
): Promise<CrossingGrant[]> {
  return [
    ...(await grantsOf(connection, one.users, other.databases)),
    ...(await grantsOf(connection, other.users, one.databases)),
  ];
}

async function grantsOf(
  connection: DatabaseConnection,
  users: readonly string[],
  databases: readonly string[],
): Promise<CrossingGrant[]> {
  if (users.length === 0) return [];
  const found: CrossingGrant[] = [];
  for (const database of databases) {
    const [wide] = await connection.query<{ user: string; pattern: string }>(
      'SELECT User AS user, Db AS pattern FROM mysql.db WHERE User IN (?) AND ? LIKE Db AND Db NOT IN (?) LIMIT 1',
      [[...users], database, patternsOf(database)],
    );
    if (wide !== undefined) {
      throw new MachineError(
        'failed',
        `The user “${wide.user}” has privileges on all databases named like “${wide.pattern}”, also on “${database}”. ` +
          'Revoke them first, and grant them on each database.',
      );
    }
    for (const grant of await databaseGrants(connection, database))
      if (users.includes(grant.user) && grant.host !== '') found.push({ database, grant });
  }
  return found;
}

export async function revokeGrants(
  connection: DatabaseConnection,
  grants: readonly CrossingGrant[],
): Promise<void> {
  for (const { database, grant } of grants) await revoke(connection, database, grant);
  // A session keeps its privileges on the database that it uses.
  for (const user of new Set(grants.map(({ grant }) => grant.user))) await endSessions(connection, user);
}

/** Restores the grants of users that still exist. */
export async function restoreGrants(
  connection: DatabaseConnection,
  grants: readonly CrossingGrant[],
): Promise<void> {
  for (const { database, grant } of grants) {
    if (!(await hostsOf(connection, grant.user)).includes(grant.host)) continue;
    await connection.query(grantStatement(connection, database, grant));
  }
}
