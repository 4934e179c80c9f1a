// Copies a database: MariaDB’s own tools write it to a file and load it again.
import type { DatabaseConnection } from '../../../../../core/machine-databases.ts';
import { MachineError } from '../../../../../core/machine-error.ts';
import { dumpFile, type ClientTools } from '../client-tools.ts';
import { drop } from '../sql-databases.ts';
import { isReported, missing, taken } from '../statements.ts';
import { assertNoOwnNameIn } from './inventory.ts';
import type { Names } from './move-database.ts';
import { revokeAll } from './object-grants.ts';
import { schemaOf } from './schema.ts';

export async function copyDatabase(
  connection: DatabaseConnection,
  { from, to }: Names,
  tools: ClientTools,
): Promise<void> {
  const schema = await schemaOf(connection, from);
  if (schema === undefined) throw missing('database', from);
  await assertNoOwnNameIn(connection, from);
  await assertOneCollation(connection, from, schema.collation);
  try {
    await connection.query(
      `CREATE DATABASE ${connection.identifier(to)} COLLATE ${schema.collation}
        COMMENT ${connection.literal(schema.comment)}`,
    );
  } catch (error) {
    throw isReported(error, 'ER_DB_CREATE_EXISTS') ? taken('database', to) : error;
  }
  // Privileges on a former database of this name.
  await revokeAll(connection, to);
  const file = dumpFile(to);
  await tools.dump(from, file);
  await tools.load(file, to);
  await tools.remove(file);
}

/** For objects from before a change of the database’s collation, a dump changes that of the original for a moment. */
async function assertOneCollation(
  connection: DatabaseConnection,
  database: string,
  collation: string,
): Promise<void> {
  const from = (kind: string, table: string, name: string) =>
    `SELECT '${kind}' AS kind, ${name}_NAME AS name, DATABASE_COLLATION AS collation FROM information_schema.${table}
      WHERE ${name}_SCHEMA = ? AND DATABASE_COLLATION <> ?`;
  const sql = [
    from('trigger', 'TRIGGERS', 'TRIGGER'),
    from('routine', 'ROUTINES', 'ROUTINE'),
    from('event', 'EVENTS', 'EVENT'),
  ];
  const [object] = await connection.query<{ kind: string; name: string; collation: string }>(
    `${sql.join(' UNION ALL ')} LIMIT 1`,
    sql.flatMap(() => [database, collation]),
  );
  if (object === undefined) return;
  throw new MachineError(
    'failed',
    `The ${object.kind} “${object.name}” was created when the database “${database}” had the collation ` +
      `${object.collation}, and a copy would give it ${collation}. Create it again first, or move the database.`,
  );
}

export async function removeCopy(
  connection: DatabaseConnection,
  { to }: Names,
  tools: ClientTools,
): Promise<void> {
  await tools.remove(dumpFile(to));
  // A client that loads it may have outlived the process that started it.
  const sessions = await connection.query<{ id: number }>(
    'SELECT ID AS id FROM information_schema.PROCESSLIST WHERE DB = ? AND ID <> CONNECTION_ID()',
    [to],
  );
  for (const { id } of sessions) await connection.query(`KILL ${id}`).catch(() => undefined);
  await drop(connection, to);
}
