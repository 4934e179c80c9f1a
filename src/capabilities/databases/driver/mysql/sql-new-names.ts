// What must be known before a database or a user is created, in one statement: each one more would take as long as the
// creation itself.
import type { DatabaseConnection } from '../../../../core/machine-databases.ts';
import type { NewNames, ServerFacts } from './contract.ts';
import { FACTS, factsOf, type FactsRow } from './sql-maintenance.ts';
import { assertIsWritable, WRITABLE, type Writable } from './sql-writable.ts';
import { taken } from './statements.ts';

type Row = Writable & FactsRow & { readonly hasDatabase: number; readonly hasUser: number };

/** A role has no host. */
const QUESTION = `SELECT ${WRITABLE}, ${FACTS},
  EXISTS (SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?) AS hasDatabase,
  EXISTS (SELECT 1 FROM mysql.global_priv WHERE User = ? AND Host <> '') AS hasUser`;

/** @throws MachineError `failed` if the server is read-only; `exists`. */
export async function assertNew(
  connection: DatabaseConnection,
  { database, user }: NewNames,
): Promise<ServerFacts> {
  const [row] = await connection.query<Row>(QUESTION, [database ?? null, user ?? null]);
  assertIsWritable(row);
  if (database !== undefined && row?.hasDatabase !== 0) throw taken('database', database);
  if (user !== undefined && row?.hasUser !== 0) throw taken('user', user);
  return factsOf(row);
}
