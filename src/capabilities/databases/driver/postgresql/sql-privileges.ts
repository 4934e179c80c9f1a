// Who has which database.
import type { DatabaseConnection, DatabaseServer } from '../../../../core/machine-databases.ts';
import { ownerOf } from './contract.ts';
import { missing } from './refusals.ts';
import { reassign } from './sql-owned.ts';
import { membership, takeOver } from './sql-taken-over.ts';
import { list } from './sql-users.ts';
import { actsAsOwner, atomically, endSessions } from './statements.ts';

export async function grant(server: DatabaseServer, database: string, user: string): Promise<void> {
  await server.use((connection) => assertUser(connection, user));
  await takeOver(server, database);
  await server.use((connection) => atomically(connection, membership(connection, database, user)));
}

export async function revoke(server: DatabaseServer, database: string, user: string): Promise<void> {
  await takeOver(server, database);
  await server.use(async (connection) => {
    await assertUser(connection, user);
    const [of, role, owner] = [database, user, ownerOf(database)].map((name) => connection.identifier(name));
    await atomically(connection, [
      `REVOKE ${owner} FROM ${role}`,
      `REVOKE ALL ON DATABASE ${of} FROM ${role}`,
      `ALTER ROLE ${role} IN DATABASE ${of} RESET role`,
    ]);
    await endSessions(connection, { database, user });
  });
  await server.use((connection) => reassign(connection, user, ownerOf(database)), database);
}

/** Objects belong to a single user if it has acted as itself, for example with `SET ROLE NONE`. */
export async function share(server: DatabaseServer, database: string): Promise<void> {
  await takeOver(server, database);
  const owner = ownerOf(database);
  await server.use(async (connection) => {
    const members = await connection.query<{ name: string }>(
      `SELECT u.rolname::text AS name FROM pg_auth_members m JOIN pg_roles o ON o.oid = m.roleid
         JOIN pg_roles u ON u.oid = m.member WHERE o.rolname = $1 AND NOT u.rolsuper`,
      [owner],
    );
    for (const { name } of members) {
      await reassign(connection, name, owner);
      await connection.query(actsAsOwner(connection, database, name));
    }
  }, database);
}

async function assertUser(connection: DatabaseConnection, name: string): Promise<void> {
  const [found] = await list(connection, { names: [name], prefixes: [] });
  if (found === undefined) throw missing('user', name);
}
