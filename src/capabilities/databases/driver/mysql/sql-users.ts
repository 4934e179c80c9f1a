// Users, each of which exists once for each of its hosts.
import { DatabaseError, type DatabaseConnection } from '../../../../core/machine-databases.ts';
import type { CataloguedUser, RefusedHost } from './contract.ts';
import type { WantedNames } from '../../rules/owners.ts';
import { identify } from './password-hash.ts';
import { isReported, isWanted, missing, OWN_USERS, taken, userAt } from './statements.ts';

export async function list(connection: DatabaseConnection, wanted?: WantedNames): Promise<CataloguedUser[]> {
  const { sql, values } = isWanted('User', wanted);
  // The table behind the view mysql.user, which takes longer. A role has no host.
  const rows = await connection.query<{ name: string; host: string }>(
    `SELECT User AS name, Host AS host FROM mysql.global_priv
      WHERE User NOT IN (?) AND Host <> '' AND ${sql} ORDER BY User, Host`,
    [[...OWN_USERS], ...values],
  );
  const hosts = new Map<string, string[]>();
  for (const { name, host } of rows) hosts.set(name, [...(hosts.get(name) ?? []), host]);
  return [...hosts].map(([name, of]) => ({ name, hosts: of }));
}

/** The hosts of a user, sorted. Empty if it does not exist. */
export async function hostsOf(connection: DatabaseConnection, name: string): Promise<readonly string[]> {
  const [found] = await list(connection, { names: [name], prefixes: [] });
  return found?.hosts ?? [];
}

export async function create(
  connection: DatabaseConnection,
  name: string,
  hosts: readonly string[],
  password: string,
  most = 0,
): Promise<void> {
  // If a user exists for one of several hosts, MariaDB still creates the others.
  if (hosts.length > 1 && (await hostsOf(connection, name)).length > 0) throw taken('user', name);
  const accounts = hosts.map((host) => userAt(connection, name, host));
  try {
    await identify(
      connection,
      password,
      (identified) =>
        `CREATE USER ${accounts.map((account) => `${account} ${identified}`).join(', ')}${limitedTo(most)}`,
    );
  } catch (error) {
    throw isReported(error, 'ER_CANNOT_USER') ? taken('user', name) : error;
  }
}

/** @param hash of `mysql_native_password`. Nobody can log in with an empty one. */
export async function createWithHash(
  connection: DatabaseConnection,
  name: string,
  hosts: readonly string[],
  hash: string,
  most = 0,
): Promise<void> {
  if (hash === '') throw new TypeError('A user without a password is not created.');
  if ((await hostsOf(connection, name)).length > 0) throw taken('user', name);
  const identified = `IDENTIFIED VIA mysql_native_password USING ${connection.literal(hash)}`;
  const accounts = hosts.map((host) => `${userAt(connection, name, host)} ${identified}`);
  try {
    await connection.query(`CREATE USER ${accounts.join(', ')}${limitedTo(most)}`);
  } catch (error) {
    throw isReported(error, 'ER_CANNOT_USER') ? taken('user', name) : error;
  }
}

/** The end of a statement. */
const limitedTo = (most: number) => (most === 0 ? '' : ` WITH MAX_USER_CONNECTIONS ${most}`);

export async function drop(connection: DatabaseConnection, name: string): Promise<void> {
  const hosts = await hostsOf(connection, name);
  if (hosts.length > 0) {
    await connection.query(
      `DROP USER IF EXISTS ${hosts.map((host) => userAt(connection, name, host)).join(', ')}`,
    );
  }
  // Also if an interrupted call has dropped it: that call may have left the sessions.
  await endSessions(connection, name);
}

/** MariaDB lets the sessions of a user continue that it no longer has. `host`: those of this host’s user only. */
export async function endSessions(
  connection: DatabaseConnection,
  name: string,
  host?: string,
): Promise<void> {
  const whom = host === undefined ? connection.identifier(name) : userAt(connection, name, host);
  await connection.query(`KILL USER ${whom}`);
}

export async function setPassword(
  connection: DatabaseConnection,
  name: string,
  password: string,
): Promise<RefusedHost[]> {
  const hosts = await hostsOf(connection, name);
  if (hosts.length === 0) throw missing('user', name);
  const refused: RefusedHost[] = [];
  for (const host of hosts) {
    try {
      const user = userAt(connection, name, host);
      await identify(connection, password, (identified) => `ALTER USER ${user} ${identified}`);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      refused.push({ host, error: error.message });
    }
  }
  return refused;
}
