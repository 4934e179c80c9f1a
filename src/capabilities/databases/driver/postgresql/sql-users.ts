// Users: roles that can log in.
import type { DatabaseConnection, DatabaseServer } from '../../../../core/machine-databases.ts';
import type { WantedNames } from '../../rules/owners.ts';
import type { ConnectionLimit } from '../records.ts';
import { missing, taken } from './refusals.ts';
import { release } from './sql-owned.ts';
import { takeOver } from './sql-taken-over.ts';
import { atomically, endSessions, isTaken, isWanted, wantedValues } from './statements.ts';

const RIGHTS = 'NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT';
/** The comment by which a repeated creation recognises the user that it has created. */
const MARK = 'Created by whmapi1.';

/** Roles with which nobody ever logs in: those that own databases, and PostgreSQL’s own. */
const IS_GROUP = "(r.rolname LIKE 'pg\\_%' OR r.rolname LIKE '% owner')";

export async function list(connection: DatabaseConnection, wanted?: WantedNames): Promise<string[]> {
  const rows = await connection.query<{ name: string }>(
    `SELECT r.rolname::text AS name FROM pg_roles r
      WHERE NOT r.rolsuper AND NOT ${IS_GROUP} AND ${isWanted('r.rolname::text')} ORDER BY 1`,
    wantedValues(wanted),
  );
  return rows.map(({ name }) => name);
}

export async function create(
  connection: DatabaseConnection,
  name: string,
  verifier: string,
  most = 0,
): Promise<void> {
  const role = connection.identifier(name);
  const rights = `LOGIN ${RIGHTS} CONNECTION LIMIT ${written(most)} PASSWORD ${connection.literal(verifier)}`;
  try {
    await atomically(connection, [
      `CREATE ROLE ${role} ${rights}`,
      `COMMENT ON ROLE ${role} IS ${connection.literal(MARK)}`,
    ]);
  } catch (error) {
    if (!isTaken(error)) throw error;
    if (!(await isOurs(connection, name))) throw taken('user', name);
    await connection.query(`ALTER ROLE ${role} ${rights}`);
  }
}

/** PostgreSQL writes “any number” as -1. With 0, nobody could connect. */
const written = (limit: number) => (limit === 0 ? -1 : limit);

/** True if this program created the user. */
export async function isOurs(connection: DatabaseConnection, name: string): Promise<boolean> {
  const [row] = await connection.query<{ mark: string | null }>(
    "SELECT shobj_description(oid, 'pg_authid') AS mark FROM pg_roles WHERE rolname = $1 AND NOT rolsuper",
    [name],
  );
  return row?.mark === MARK;
}

export async function undoCreate(server: DatabaseServer, name: string): Promise<void> {
  if (await server.use((connection) => isOurs(connection, name))) await drop(server, name);
}

export async function drop(server: DatabaseServer, name: string): Promise<void> {
  const owned = await server.use(async (connection) => {
    if (!(await exists(connection, name))) return undefined;
    await connection.query(`ALTER ROLE ${connection.identifier(name)} NOLOGIN`);
    await endSessions(connection, { user: name });
    return connection.query<{ name: string }>(
      `SELECT d.datname::text AS name FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE r.rolname = $1`,
      [name],
    );
  });
  if (owned === undefined) return;
  // A database that was created by hand may belong to the user itself.
  for (const { name: database } of owned) await takeOver(server, database);
  try {
    await release(server, name);
  } catch (error) {
    await server.use((connection) => setLogin(connection, [name], true)).catch(() => undefined);
    throw error;
  }
}

export async function rename(
  connection: DatabaseConnection,
  from: string,
  to: string,
  verifier?: string,
): Promise<void> {
  const [role, next] = [from, to].map((name) => connection.identifier(name));
  const isThere = await exists(connection, from);
  if (!isThere && !(await exists(connection, to))) throw missing('user', from);
  const statements = [
    ...(isThere ? [`ALTER ROLE ${role} RENAME TO ${next}`] : []),
    ...(verifier === undefined ? [] : [`ALTER ROLE ${next} PASSWORD ${connection.literal(verifier)}`]),
  ];
  await atomically(connection, statements).catch((error: unknown) => {
    throw isTaken(error) ? taken('user', to) : error;
  });
}

export async function undoRename(connection: DatabaseConnection, from: string, to: string): Promise<void> {
  if (!(await exists(connection, from))) await rename(connection, to, from);
}

export async function setPassword(
  connection: DatabaseConnection,
  name: string,
  verifier: string,
): Promise<void> {
  if (!(await exists(connection, name))) throw missing('user', name);
  await connection.query(
    `ALTER ROLE ${connection.identifier(name)} PASSWORD ${connection.literal(verifier)}`,
  );
}

export async function losesPassword(connection: DatabaseConnection, name: string): Promise<boolean> {
  const rows = await connection.query(
    "SELECT FROM pg_authid WHERE rolname = $1 AND starts_with(rolpassword, 'md5')",
    [name],
  );
  return rows.length > 0;
}

export async function unlocked(connection: DatabaseConnection, names: readonly string[]): Promise<string[]> {
  const rows = await connection.query<{ name: string }>(
    'SELECT rolname::text AS name FROM pg_roles WHERE rolname = ANY ($1) AND rolcanlogin AND NOT rolsuper',
    [names],
  );
  return rows.map(({ name }) => name);
}

/** Sessions that are open end if the users may not log in any more. */
export async function setLogin(
  connection: DatabaseConnection,
  names: readonly string[],
  mayLogIn: boolean,
): Promise<void> {
  const there = await list(connection, { names, prefixes: [] });
  await atomically(
    connection,
    there.map((name) => `ALTER ROLE ${connection.identifier(name)} ${mayLogIn ? 'LOGIN' : 'NOLOGIN'}`),
  );
  if (!mayLogIn) for (const user of there) await endSessions(connection, { user });
}

/** @returns the users whose limit was changed, sorted. */
export async function limitConnections(
  connection: DatabaseConnection,
  names: readonly string[],
  { most, former }: ConnectionLimit,
): Promise<string[]> {
  const wanted = written(most);
  const found = await connection.query<{ name: string }>(
    `SELECT rolname::text AS name FROM pg_roles
      WHERE rolname = ANY ($1) AND NOT rolsuper AND rolconnlimit IN (-1, $2) AND rolconnlimit <> $3 ORDER BY 1`,
    [names, written(former), wanted],
  );
  await atomically(
    connection,
    found.map(({ name }) => `ALTER ROLE ${connection.identifier(name)} CONNECTION LIMIT ${wanted}`),
  );
  return found.map(({ name }) => name);
}

/** An administrator is no user. */
async function exists(connection: DatabaseConnection, name: string): Promise<boolean> {
  return (await list(connection, { names: [name], prefixes: [] })).length > 0;
}
