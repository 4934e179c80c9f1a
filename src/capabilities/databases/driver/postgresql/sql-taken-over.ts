// Databases that were created by hand.
import type { DatabaseConnection, DatabaseServer } from '../../../../core/machine-databases.ts';
import { ownerOf } from './contract.ts';
import { assertThere, createOwner } from './sql-databases.ts';
import { reassign } from './sql-owned.ts';
import { actsAsOwner, atomically } from './statements.ts';

/**
 * Gives a database a role that owns it, and what its former owner created in it, unless that is an administrator. Roles
 * that use the database now still can; all others are shut out. Does nothing if the database has that role.
 */
export async function takeOver(server: DatabaseServer, database: string): Promise<void> {
  const owner = ownerOf(database);
  const { owner: former } = await server.use((connection) => assertThere(connection, database));
  if (former === owner) return;
  await server.use(async (connection) => {
    await createOwner(connection, database);
    const [of, role] = [database, owner].map((name) => connection.identifier(name));
    const users = await usersOf(connection, database);
    const isUser = !(await isAdministrator(connection, former));
    await atomically(connection, [
      ...(isUser ? membership(connection, database, former) : []),
      ...users
        .filter((name) => name !== former && name !== owner)
        .map((name) => `GRANT CONNECT ON DATABASE ${of} TO ${connection.identifier(name)}`),
      `REVOKE ALL ON DATABASE ${of} FROM PUBLIC`,
    ]);
    if (isUser) await reassign(connection, former, owner);
    // Last, unless PostgreSQL has just done it: a repeated call recognises by it that nothing is left to do.
    await connection.query(`ALTER DATABASE ${of} OWNER TO ${role}`);
  }, database);
}

/** Roles that own something in the database of the connection, or have privileges there. */
async function usersOf(connection: DatabaseConnection, database: string): Promise<string[]> {
  const rows = await connection.query<{ name: string }>(
    `SELECT DISTINCT r.rolname::text AS name FROM pg_shdepend s
       JOIN pg_roles r ON r.oid = s.refobjid AND s.refclassid = 'pg_authid'::regclass
      WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = $1) AND NOT r.rolsuper`,
    [database],
  );
  return rows.map(({ name }) => name);
}

async function isAdministrator(connection: DatabaseConnection, role: string): Promise<boolean> {
  const rows = await connection.query('SELECT 1 AS found FROM pg_roles WHERE rolname = $1 AND rolsuper', [
    role,
  ]);
  return rows.length > 0;
}

/** Makes a user one of a database. */
export function membership(connection: DatabaseConnection, database: string, user: string): string[] {
  const [owner, role] = [ownerOf(database), user].map((name) => connection.identifier(name));
  return [`GRANT ${owner} TO ${role}`, actsAsOwner(connection, database, user)];
}
