// Users, each of which exists once for each of its hosts: their passwords, hosts, locks and limits.
import { DatabaseError, type DatabaseConnection } from '../../../../core/machine-databases.ts';
import type { CataloguedUser, RefusedHost } from './contract.ts';
import type { WantedNames } from '../../rules/owners.ts';
import { identify, nativeHashOf } from './password-hash.ts';
import { isReported, isWanted, missing, OWN_USERS, taken, userAt } from './statements.ts';
import type { ConnectionLimit } from '../records.ts';

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

// The hosts from which a user may connect.

/** A grant of a user. The one with the password and the global privileges comes first. */
const GRANT = /^(GRANT .+? ON .+) TO (`(?:[^`]|``)*`@`(?:[^`]|``)*`)(.*)$/s;

export async function addHosts(
  connection: DatabaseConnection,
  name: string,
  hosts: readonly string[],
): Promise<void> {
  const present = await hostsOf(connection, name);
  const [first] = present;
  if (first === undefined) throw missing('user', name);
  const source = userAt(connection, name, first);
  const created = await connection.query<Record<string, string>>(`SHOW CREATE USER ${source}`);
  const statement = Object.values(created[0] ?? {})[0] ?? '';
  const prefix = `CREATE USER ${source}`;
  if (!statement.startsWith(prefix))
    throw new Error(`MariaDB’s answer is unknown: it begins without ${prefix}.`);
  const grants = await connection.query<Record<string, string>>(`SHOW GRANTS FOR ${source}`);
  for (const host of hosts) {
    const target = userAt(connection, name, host);
    // The password’s hash, whether it is locked, and the TLS that it needs.
    const identity = statement.slice(prefix.length);
    await connection.query(`CREATE USER IF NOT EXISTS ${target}${identity}`);
    for (const row of grants) {
      const [, privileges, , options = ''] = GRANT.exec(Object.values(row)[0] ?? '') ?? [];
      if (privileges === undefined || privileges.startsWith('GRANT USAGE ')) continue;
      await connection.query(`${privileges} TO ${target}${options}`);
    }
  }
}

export async function dropHost(connection: DatabaseConnection, name: string, host: string): Promise<void> {
  if (!(await hostsOf(connection, name)).includes(host)) return;
  await connection.query(`DROP USER IF EXISTS ${userAt(connection, name, host)}`);
  await endSessions(connection, name, host);
}

// Users who may not log in: `ACCOUNT LOCK`, which keeps their passwords and privileges.

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

// How many connections a user may have at once. MariaDB counts them for each host of the user.
const HELD = "CAST(COALESCE(JSON_VALUE(Priv, '$.max_user_connections'), 0) AS SIGNED)";

/** @returns the users whose limit was changed, sorted. */
export async function limitConnections(
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

// The administrator of the server: root, as whom this program logs in through the socket.

/**
 * The login through the socket stays, which needs no password. It comes first, so a wrong password does not matter there.
 */
export async function setAdministratorPassword(
  connection: DatabaseConnection,
  password: string,
): Promise<void> {
  const [row] = await connection.query<{ login: string }>('SELECT CURRENT_USER() AS login');
  const [, user = '', host = ''] = /^(.*)@([^@]*)$/.exec(row?.login ?? '') ?? [];
  const hash = connection.literal(nativeHashOf(password));
  await connection.query(
    `ALTER USER ${userAt(connection, user, host)} IDENTIFIED VIA unix_socket OR mysql_native_password USING ${hash}`,
  );
}
