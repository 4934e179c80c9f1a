// Databases: lists, creation, removal, names.
import type { DatabaseConnection, DatabaseServer } from '../../../../core/machine-databases.ts';
import { ownerOf, type CataloguedDatabase } from './contract.ts';
import type { WantedNames } from '../../rules/owners.ts';
import { missing, taken } from './refusals.ts';
import { assertReleasable, release } from './sql-owned.ts';
import { actsAsOwner, atomically, endSessions, isTaken, isWanted, wantedValues } from './statements.ts';

/** PostgreSQL’s own. */
const IS_OWN = "(d.datistemplate OR d.datname = 'postgres')";

/** One row with all names: the driver takes longer for a row than JSON.parse for a name. */
export async function names(connection: DatabaseConnection): Promise<string[]> {
  const [row] = await connection.query<{ names: string[] | null }>(
    `SELECT json_agg(d.datname ORDER BY d.datname::text COLLATE "C") AS names FROM pg_database d WHERE NOT ${IS_OWN}`,
  );
  return row?.names ?? [];
}

/**
 * The users of a database: members of the role that owns it. In a database that was created by hand, its owner, and
 * those whom somebody has let connect.
 */
export function list(connection: DatabaseConnection, wanted?: WantedNames): Promise<CataloguedDatabase[]> {
  return connection.query(
    `WITH
       d AS (
         SELECT d.oid, d.datname::text COLLATE "C" AS name, d.datdba, d.datacl FROM pg_database d
          WHERE NOT ${IS_OWN} AND ${isWanted('d.datname::text')}),
       k AS (
         SELECT d.oid, m.member AS id FROM d JOIN pg_auth_members m ON m.roleid = d.datdba
           JOIN pg_roles o ON o.oid = m.roleid WHERE NOT o.rolsuper
         UNION SELECT d.oid, d.datdba FROM d
         UNION SELECT d.oid, a.grantee FROM d, aclexplode(d.datacl) a WHERE a.privilege_type = 'CONNECT')
     SELECT d.name, coalesce(array_agg(u.rolname::text ORDER BY u.rolname) FILTER (WHERE u.oid IS NOT NULL), '{}') AS users
       FROM d JOIN k ON k.oid = d.oid
       LEFT JOIN pg_roles u ON u.oid = k.id AND NOT u.rolsuper AND u.rolname NOT LIKE '% owner'
      GROUP BY d.name ORDER BY d.name`,
    wantedValues(wanted),
  );
}

export async function sizes(
  connection: DatabaseConnection,
  wanted?: WantedNames,
): Promise<Map<string, number>> {
  const rows = await connection.query<{ name: string; size: string | null }>(
    `SELECT d.datname::text AS name, pg_database_size(d.oid)::text AS size FROM pg_database d
      WHERE NOT ${IS_OWN} AND ${isWanted('d.datname::text')}`,
    wantedValues(wanted),
  );
  return new Map(rows.map(({ name, size }) => [name, Number(size ?? 0)]));
}

interface FoundDatabase {
  readonly owner: string;
  readonly acceptsSessions: boolean;
}

export async function find(connection: DatabaseConnection, name: string): Promise<FoundDatabase | undefined> {
  const [row] = await connection.query<FoundDatabase>(
    `SELECT pg_get_userbyid(d.datdba)::text AS owner, d.datallowconn AS "acceptsSessions" FROM pg_database d
      WHERE d.datname = $1 AND NOT ${IS_OWN}`,
    [name],
  );
  return row;
}

/**
 * The template is the one that nobody can be connected to, and that has nothing of its own. Nobody can connect to the new
 * database before the others are shut out.
 */
export async function create(connection: DatabaseConnection, name: string): Promise<void> {
  const owner = ownerOf(name);
  const [database, role] = [name, owner].map((one) => connection.identifier(one));
  const found = await find(connection, name);
  if (found !== undefined && found.owner !== owner) throw taken('database', name);
  if (found === undefined) {
    await createOwner(connection, name);
    await connection
      .query(
        `CREATE DATABASE ${database} OWNER ${role} TEMPLATE template0 ENCODING 'UTF8' ALLOW_CONNECTIONS false`,
      )
      .catch((error: unknown) => {
        throw isTaken(error) ? taken('database', name) : error;
      });
  }
  await atomically(connection, [
    `REVOKE ALL ON DATABASE ${database} FROM PUBLIC`,
    `ALTER DATABASE ${database} ALLOW_CONNECTIONS true`,
  ]);
}

/** The role that a database belongs to. It may exist: of an operation that was interrupted. */
export async function createOwner(connection: DatabaseConnection, database: string): Promise<void> {
  const role = connection.identifier(ownerOf(database));
  await connection.query(`CREATE ROLE ${role} NOLOGIN`).catch((error: unknown) => {
    if (!isTaken(error)) throw error;
  });
}

export async function undoCreate(server: DatabaseServer, name: string): Promise<void> {
  const found = await server.use((connection) => find(connection, name));
  if (found === undefined || found.owner === ownerOf(name)) await drop(server, name);
}

export async function drop(server: DatabaseServer, name: string): Promise<void> {
  await assertReleasable(server, ownerOf(name), name);
  await server.use((connection) =>
    connection.query(`DROP DATABASE IF EXISTS ${connection.identifier(name)} WITH (FORCE)`),
  );
  await release(server, ownerOf(name));
}

/** The new name has the same users, members of the same role with its new name. */
export async function rename(
  connection: DatabaseConnection,
  from: string,
  to: string,
  acceptsSessions: boolean,
): Promise<void> {
  const [database, next] = [from, to].map((name) => connection.identifier(name));
  const found = await find(connection, from);
  const target = await find(connection, to);
  if (target !== undefined) {
    if (found !== undefined) throw taken('database', to);
    return;
  }
  if (found === undefined) throw missing('database', from);
  const opens = (name: string) => opened(connection, name, acceptsSessions);
  const isManaged = found.owner === ownerOf(from);
  await connection.query(`ALTER DATABASE ${database} ALLOW_CONNECTIONS false`);
  try {
    await endSessions(connection, { database: from });
    await atomically(connection, [
      `ALTER DATABASE ${database} RENAME TO ${next}`,
      ...(isManaged ? await renamedOwner(connection, from, to) : []),
      opens(to),
    ]);
  } catch (error) {
    await connection.query(opens(from)).catch(() => undefined);
    throw isTaken(error) ? taken('database', to) : error;
  }
}

export async function undoRename(
  connection: DatabaseConnection,
  from: string,
  to: string,
  acceptsSessions: boolean,
): Promise<void> {
  if ((await find(connection, from)) === undefined) return rename(connection, to, from, acceptsSessions);
  await connection.query(opened(connection, from, acceptsSessions));
}

const opened = (connection: DatabaseConnection, name: string, acceptsSessions: boolean) =>
  `ALTER DATABASE ${connection.identifier(name)} ALLOW_CONNECTIONS ${acceptsSessions ? 'true' : 'false'}`;

/** After the database was renamed. */
async function renamedOwner(connection: DatabaseConnection, from: string, to: string): Promise<string[]> {
  const members = await connection.query<{ name: string }>(
    `SELECT u.rolname::text AS name FROM pg_db_role_setting s
       JOIN pg_roles u ON u.oid = s.setrole JOIN pg_database d ON d.oid = s.setdatabase
      WHERE d.datname = $1 AND EXISTS (SELECT FROM unnest(s.setconfig) c WHERE c LIKE 'role=%')`,
    [from],
  );
  const [owner, next] = [from, to].map((name) => connection.identifier(ownerOf(name)));
  return [
    `ALTER ROLE ${owner} RENAME TO ${next}`,
    ...members.map(({ name }) => actsAsOwner(connection, to, name)),
  ];
}

/** @throws MachineError `not_found` */
export async function assertThere(connection: DatabaseConnection, name: string): Promise<FoundDatabase> {
  const found = await find(connection, name);
  if (found === undefined) throw missing('database', name);
  return found;
}
