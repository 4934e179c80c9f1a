// The privileges of users on whole databases.
import type { DatabaseConnection } from '../../../../core/machine-databases.ts';
import { ALL_PRIVILEGES, type Grant, type HeldPrivileges, type NewGrant } from './contract.ts';
import { databaseOf, isReported, missing, OWN_USERS, patternOf, patternsOf, userAt } from './statements.ts';

export async function list(connection: DatabaseConnection, users: readonly string[]): Promise<Grant[]> {
  if (users.length === 0) return [];
  const rows = await connection.query<{ user: string; host: string; pattern: string }>(
    'SELECT User AS user, Host AS host, Db AS pattern FROM mysql.db WHERE User IN (?) ORDER BY User, Host, Db',
    [[...users]],
  );
  return rows.map(({ user, host, pattern }) => ({ user, host, database: databaseOf(pattern) }));
}

/** The columns of mysql.db with privileges, by the privileges’ names: `Lock_tables_priv` is LOCK TABLES. */
function nameOf(column: string): string {
  const name = column
    .replace(/_priv$/, '')
    .replaceAll('_', ' ')
    .toUpperCase();
  return name === 'CREATE TMP TABLE' ? 'CREATE TEMPORARY TABLES' : name;
}

/** Not one of ALL PRIVILEGES. */
const GRANT_OPTION = 'GRANT';

interface Row {
  readonly host: string;
  readonly pattern: string;
  /** Each by its own name, even if these are all that there are. */
  readonly privileges: readonly string[];
  readonly isAll: boolean;
}

async function rowsOf(connection: DatabaseConnection, user: string, database: string): Promise<Row[]> {
  const rows = await connection.query<Record<string, string>>(
    'SELECT * FROM mysql.db WHERE User = ? AND Db IN (?) ORDER BY Host',
    [user, patternsOf(database)],
  );
  return rows.map(toRow);
}

/** The hosts of a user, and what it may do with a database from them. */
async function hostsAndRowsOf(connection: DatabaseConnection, user: string, database: string) {
  const rows = await connection.query<Record<string, string | null>>(
    `SELECT p.Host AS ofUser, d.* FROM mysql.global_priv p
       LEFT JOIN mysql.db d ON d.User = p.User AND d.Host = p.Host AND d.Db IN (?)
      WHERE p.User = ? AND p.User NOT IN (?) AND p.Host <> '' ORDER BY p.Host`,
    [patternsOf(database), user, [...OWN_USERS]],
  );
  const isThere = (row: Record<string, string | null>): row is Record<string, string> => row.Host !== null;
  return { hosts: [...new Set(rows.map((row) => row.ofUser ?? ''))], rows: rows.filter(isThere).map(toRow) };
}

function toRow({ Host: host = '', Db: pattern = '', ...columns }: Record<string, string>): Row {
  const all = Object.entries(columns)
    .filter(([column]) => column.endsWith('_priv'))
    .map(([column, value]) => ({ name: nameOf(column), isHeld: value === 'Y' }))
    .filter(({ name }) => name !== GRANT_OPTION);
  const privileges = all.filter(({ isHeld }) => isHeld).map(({ name }) => name);
  return { host, pattern, privileges: privileges.sort(), isAll: privileges.length === all.length };
}

export async function held(
  connection: DatabaseConnection,
  user: string,
  database: string,
): Promise<HeldPrivileges[]> {
  const byHost = new Map<string, Set<string>>();
  for (const { host, privileges, isAll } of await rowsOf(connection, user, database)) {
    const has = isAll ? [ALL_PRIVILEGES] : privileges;
    byHost.set(host, new Set([...(byHost.get(host) ?? []), ...has]));
  }
  return [...byHost].map(([host, has]) => ({
    host,
    privileges: has.has(ALL_PRIVILEGES) ? [ALL_PRIVILEGES] : [...has].sort(),
  }));
}

/** Gives what is missing first, so that a user who keeps a privilege has it all the time. */
export async function set(
  connection: DatabaseConnection,
  user: string,
  database: string,
  privileges: readonly string[],
): Promise<void> {
  const { hosts, rows } = await hostsAndRowsOf(connection, user, database);
  if (hosts.length === 0) throw missing('user', user);
  const pattern = patternOf(database);
  const on = objectOf(connection, pattern);
  if (privileges.length > 0) {
    await grant(connection, { user, hosts, database, privileges });
  }
  for (const row of rows) {
    const account = userAt(connection, user, row.host);
    if (row.pattern !== pattern || privileges.length === 0) {
      await revokeAll(connection, account, row.pattern);
      continue;
    }
    const surplus = row.privileges.filter((one) => !privileges.includes(one));
    if (surplus.length === 0 || privileges.includes(ALL_PRIVILEGES)) continue;
    await connection.query(`REVOKE ${surplus.join(', ')} ON ${on} FROM ${account}`);
  }
}

/** Adds privileges to those that a user has. */
export async function grant(
  connection: DatabaseConnection,
  { user, hosts, database, privileges }: NewGrant,
): Promise<void> {
  const accounts = hosts.map((host) => userAt(connection, user, host));
  const on = objectOf(connection, patternOf(database));
  await connection.query(`GRANT ${privileges.join(', ')} ON ${on} TO ${accounts.join(', ')}`);
}

async function revokeAll(connection: DatabaseConnection, account: string, pattern: string): Promise<void> {
  const on = objectOf(connection, pattern);
  // The second one is not part of the first.
  for (const which of ['ALL PRIVILEGES', 'GRANT OPTION']) {
    try {
      await connection.query(`REVOKE ${which} ON ${on} FROM ${account}`);
    } catch (error) {
      if (!isReported(error, 'ER_NONEXISTING_GRANT')) throw error;
    }
  }
}

const objectOf = (connection: DatabaseConnection, pattern: string) => `${connection.identifier(pattern)}.*`;
