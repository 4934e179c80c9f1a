// What statements share.
import { DatabaseError, type DatabaseConnection } from '../../../../core/machine-databases.ts';
import { ownerOf } from './contract.ts';
import type { WantedNames } from '../../rules/owners.ts';

/** Executes all of the statements or none of them. */
export async function atomically(
  connection: DatabaseConnection,
  statements: readonly string[],
): Promise<void> {
  await connection.query('BEGIN');
  try {
    for (const statement of statements) await connection.query(statement);
    await connection.query('COMMIT');
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** A condition on a name, with two values: `$1` and `$2`. */
export const isWanted = (column: string) =>
  `($1::text[] IS NULL OR ${column} = ANY ($1) OR EXISTS (SELECT FROM unnest($2::text[]) p WHERE starts_with(${column}, p)))`;

export const wantedValues = (wanted: WantedNames | undefined) =>
  wanted === undefined ? [null, null] : [wanted.names, wanted.prefixes];

/** Ends sessions, and waits a few seconds for each. They must not be able to begin again. */
export async function endSessions(
  connection: DatabaseConnection,
  { database, user }: { readonly database?: string; readonly user?: string },
): Promise<void> {
  await connection.query(
    `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
      WHERE pid <> pg_backend_pid() AND ($1::text IS NULL OR datname = $1) AND ($2::text IS NULL OR usename = $2)`,
    [database ?? null, user ?? null],
  );
}

const EXISTS = new Set(['42P04', '42710']);

/** True if the server refused a statement because the name is taken. */
export const isTaken = (error: unknown) => error instanceof DatabaseError && EXISTS.has(error.reported);

/** Whatever the user does in the database is done by the role that owns it. */
export function actsAsOwner(connection: DatabaseConnection, database: string, user: string): string {
  const [of, role] = [database, user].map((name) => connection.identifier(name));
  return `ALTER ROLE ${role} IN DATABASE ${of} SET role TO ${connection.literal(ownerOf(database))}`;
}
