// The options of a database: its default collation and its comment.
import type { DatabaseConnection } from '../../../../../core/machine-databases.ts';

export interface SchemaOptions {
  readonly collation: string;
  readonly comment: string;
}

/** @returns undefined if there is no such database. */
export async function schemaOf(
  connection: DatabaseConnection,
  database: string,
): Promise<SchemaOptions | undefined> {
  const [row] = await connection.query<{ collation: string; comment: string }>(
    `SELECT DEFAULT_COLLATION_NAME AS collation, SCHEMA_COMMENT AS comment FROM information_schema.SCHEMATA
      WHERE SCHEMA_NAME = ?`,
    [database],
  );
  return row;
}

export async function setOptions(
  connection: DatabaseConnection,
  database: string,
  { collation, comment }: SchemaOptions,
): Promise<void> {
  await connection.query(
    `ALTER DATABASE ${connection.identifier(database)} COLLATE ${collation} COMMENT ${connection.literal(comment)}`,
  );
}

/**
 * MariaDB empties its file of these options before it writes them. So a crash of the server in the middle of ALTER
 * DATABASE loses them.
 */
export async function restoreOptions(
  connection: DatabaseConnection,
  database: string,
  wanted: SchemaOptions,
): Promise<void> {
  const present = await schemaOf(connection, database);
  if (present === undefined) return;
  if (present.collation !== wanted.collation || present.comment !== wanted.comment) {
    await setOptions(connection, database, wanted);
  }
}
