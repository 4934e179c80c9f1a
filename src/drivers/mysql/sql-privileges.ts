// The privileges of users on whole databases.
import type { DatabaseConnection } from '../../core/machine-databases.ts';
import { ALL_PRIVILEGES, type Grant, type HeldPrivileges } from './contract.ts';
import { accountsOf } from './sql-users.ts';
import { databaseOf, isReported, patternOf, patternsOf, userAt } from './statements.ts';

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
  return rows.map(({ Host: host = '', Db: pattern = '', ...columns }) => {
    const all = Object.entries(columns)
      .filter(([column]) => column.endsWith('_priv'))
      .map(([column, value]) => ({ name: nameOf(column), isHeld: value === 'Y' }))
      .filter(({ name }) => name !== GRANT_OPTION);
    const privileges = all.filter(({ isHeld }) => isHeld).map(({ name }) => name);
    return { host, pattern, privileges: privileges.sort(), isAll: privileges.length === all.length };
  });
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
  const accounts = await accountsOf(connection, user);
  const pattern = patternOf(database);
  const on = objectOf(connection, pattern);
  if (privileges.length > 0) {
    await connection.query(`GRANT ${privileges.join(', ')} ON ${on} TO ${accounts.join(', ')}`);
  }
  for (const row of await rowsOf(connection, user, database)) {
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
