// Looks after what is in databases, and tells what the server is.
import type { DatabaseConnection } from '../../../../core/machine-databases.ts';
import type { NetworkFacts, ServerFacts, TableMessage, NewNames } from './contract.ts';
import { list } from './sql-databases.ts';
import { missing, taken } from './statements.ts';
import { assertIsWritable, WRITABLE, type Writable } from './sql-writable.ts';

export async function check(connection: DatabaseConnection, database: string): Promise<TableMessage[]> {
  return forEach(
    connection,
    database,
    'CHECK TABLE',
    await tablesOf(connection, database, ['BASE TABLE', 'VIEW']),
  );
}

export async function repair(connection: DatabaseConnection, database: string): Promise<TableMessage[]> {
  return forEach(connection, database, 'REPAIR TABLE', await tablesOf(connection, database, ['BASE TABLE']));
}

/** @throws MachineError `not_found` if there is no such database. */
async function tablesOf(
  connection: DatabaseConnection,
  database: string,
  types: readonly string[],
): Promise<string[]> {
  if ((await list(connection, { names: [database], prefixes: [] })).length === 0) {
    throw missing('database', database);
  }
  const rows = await connection.query<{ name: string }>(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = ? AND TABLE_TYPE IN (?) ORDER BY TABLE_NAME`,
    [database, types],
  );
  return rows.map(({ name }) => name);
}

/** One table after another, so that no more than one is locked. */
async function forEach(
  connection: DatabaseConnection,
  database: string,
  statement: string,
  tables: readonly string[],
): Promise<TableMessage[]> {
  const messages: TableMessage[] = [];
  for (const table of tables) {
    const where = `${connection.identifier(database)}.${connection.identifier(table)}`;
    const rows = await connection.query<{ Msg_type: string; Msg_text: string }>(`${statement} ${where}`);
    messages.push(...rows.map((row) => ({ table, type: row.Msg_type.toLowerCase(), text: row.Msg_text })));
  }
  return messages;
}

/** MariaDB has the definer as `user@host`. */
const DEFINER = "SUBSTRING(DEFINER, 1, CHAR_LENGTH(DEFINER) - LOCATE('@', REVERSE(DEFINER)))";

export async function routines(
  connection: DatabaseConnection,
  definers: readonly string[],
): Promise<string[]> {
  if (definers.length === 0) return [];
  const rows = await connection.query<{ database: string; name: string }>(
    `SELECT ROUTINE_SCHEMA AS \`database\`, ROUTINE_NAME AS name FROM information_schema.ROUTINES
      WHERE ${DEFINER} IN (?) ORDER BY ROUTINE_SCHEMA, ROUTINE_NAME`,
    [definers],
  );
  return rows.map(({ database, name }) => `${database}.${name}`);
}

/** What `factsOf` needs of a server, for a statement that asks more. */
export const FACTS =
  'VERSION() AS version, @@port AS port, @@skip_networking AS isSilent, @@bind_address AS address';

export interface FactsRow {
  readonly version: string;
  readonly port: number;
  readonly isSilent: number;
  readonly address: string | null;
}

const LOOPBACK = /^(?:127\.[\d.]+|::1|localhost)$/;

export async function server(connection: DatabaseConnection): Promise<ServerFacts> {
  const [row] = await connection.query<FactsRow>(`SELECT ${FACTS}`);
  return factsOf(row);
}

export async function network(connection: DatabaseConnection): Promise<NetworkFacts> {
  // Not by @@: a server that does not know one of them would reject the statement.
  const rows = await connection.query<{ Variable_name: string; Value: string }>(
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('have_ssl', 'require_secure_transport')",
  );
  const values = new Map(rows.map(({ Variable_name: name, Value: value }) => [name, value]));
  return {
    ...(await server(connection)),
    isEncrypted: values.get('have_ssl') === 'YES',
    requiresTls: values.get('require_secure_transport') === 'ON',
  };
}

export function factsOf(row: Partial<FactsRow> = {}): ServerFacts {
  const { version = '', port = 0, isSilent = 1, address = null } = row;
  return {
    version: version.split('-')[0] ?? '',
    port: isSilent === 1 || port === 0 ? null : port,
    ...(address !== null && LOOPBACK.test(address) && { localAddress: address }),
  };
}

// What must be known before a database or a user is created, in one statement: each one more would take as long as the
// creation itself.
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
