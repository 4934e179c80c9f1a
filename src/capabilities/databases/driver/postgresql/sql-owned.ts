// What a role owns, in all databases: it must have nothing before it can be removed.
import type { DatabaseConnection, DatabaseServer } from '../../../../core/machine-databases.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { atomically } from './statements.ts';

/** A database in which a role owns something or has privileges. */
interface Place {
  readonly database: string;
  /** The role that the database belongs to. */
  readonly owner: string;
  readonly owns: boolean;
  /** True if the role may act as the owner, who is no administrator. */
  readonly mayBeOwner: boolean;
}

/**
 * Asserts that a role can be removed: what it owns is in databases whose owner it may act as. That owner then gets it,
 * without getting more rights by it.
 * @param besides a database that is about to be removed.
 * @throws MachineError `failed`
 */
export async function assertReleasable(
  server: DatabaseServer,
  role: string,
  besides?: string,
): Promise<void> {
  const places = (await server.use((connection) => placesOf(connection, role))) ?? [];
  const foreign = places.find((place) => place.database !== besides && place.owns && !place.mayBeOwner);
  if (foreign === undefined) return;
  throw new MachineError(
    'failed',
    `“${role}” owns objects in the database “${foreign.database}”, which is not one of its own. Give them to another ` +
      'user first.',
  );
}

/** Removes a role, and gives away what it owns. Can be repeated. @throws MachineError as `assertReleasable` does. */
export async function release(server: DatabaseServer, role: string): Promise<void> {
  await assertReleasable(server, role);
  const places = await server.use((connection) => placesOf(connection, role));
  if (places === undefined) return;
  for (const { database, owner, owns } of places) {
    await server.use(async (connection) => {
      if (owns) await reassign(connection, role, owner);
      await connection.query(`DROP OWNED BY ${connection.identifier(role)}`);
    }, database);
  }
  await server.use(async (connection) => {
    // The privileges on databases themselves.
    await connection.query(`DROP OWNED BY ${connection.identifier(role)}`);
    await connection.query(`DROP ROLE ${connection.identifier(role)}`);
  });
}

/**
 * Everything that a role owns in the database of the connection goes to another role. PostgreSQL would also give it the
 * other databases and the tablespaces of the first role; these stay.
 */
export async function reassign(connection: DatabaseConnection, role: string, to: string): Promise<void> {
  const kept = await connection.query<{ what: string; name: string }>(
    `SELECT 'DATABASE' AS what, datname::text AS name FROM pg_database
      WHERE pg_get_userbyid(datdba) = $1 AND datname <> current_database()
     UNION ALL
     SELECT 'TABLESPACE', spcname::text FROM pg_tablespace WHERE pg_get_userbyid(spcowner) = $1`,
    [role],
  );
  const [from, next] = [role, to].map((name) => connection.identifier(name));
  await atomically(connection, [
    `REASSIGN OWNED BY ${from} TO ${next}`,
    ...kept.map(({ what, name }) => `ALTER ${what} ${connection.identifier(name)} OWNER TO ${from}`),
  ]);
}

/** Undefined if there is no such role. */
async function placesOf(connection: DatabaseConnection, role: string): Promise<Place[] | undefined> {
  const [found] = await connection.query('SELECT 1 AS found FROM pg_roles WHERE rolname = $1', [role]);
  if (found === undefined) return undefined;
  return connection.query<Place>(
    `SELECT d.datname::text AS database, o.rolname::text AS owner, bool_or(s.deptype = 'o') AS owns,
            pg_has_role(r.oid, d.datdba, 'MEMBER') AND NOT o.rolsuper AS "mayBeOwner"
       FROM pg_shdepend s
       JOIN pg_roles r ON r.oid = s.refobjid AND s.refclassid = 'pg_authid'::regclass
       JOIN pg_database d ON d.oid = s.dbid
       JOIN pg_roles o ON o.oid = d.datdba
      WHERE r.rolname = $1
      GROUP BY d.datname, o.rolname, r.oid, d.datdba, o.rolsuper ORDER BY 1`,
    [role],
  );
}
