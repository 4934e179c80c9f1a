// Statements that create objects as they were, under the settings under which MariaDB read their text first.
import type { DatabaseConnection } from '../../../../../core/machine-databases.ts';
import { MachineError } from '../../../../../core/machine-error.ts';
import type { Definer, Reading, Trigger } from './inventory.ts';

/** A statement, and how MariaDB must read it. */
export interface ReadStatement {
  readonly statement: string;
  readonly reading: Reading;
}

/**
 * One statement that runs several, in the server: it continues when the client dies. The settings of the session are
 * others afterwards: see `resetSession`.
 */
export function compound(statements: readonly string[]): string {
  return ['BEGIN NOT ATOMIC', ...statements.map((one) => `${one};`), 'END'].join('\n');
}

/** Runs a statement in a compound statement, which does not accept all kinds of them itself. */
export function immediate(connection: DatabaseConnection, statement: string): string {
  return `EXECUTE IMMEDIATE ${connection.literal(statement)}`;
}

/** Runs statements, each under its own settings. The database gets the collation that it had for each of them. */
export function underReadings(
  connection: DatabaseConnection,
  database: string,
  { collation, list }: { readonly collation: string; readonly list: readonly ReadStatement[] },
): string[] {
  const statements: string[] = [];
  let present = collation;
  const setCollation = (wanted: string): void => {
    if (wanted === present) return;
    present = wanted;
    statements.push(
      immediate(connection, `ALTER DATABASE ${connection.identifier(database)} COLLATE ${wanted}`),
    );
  };
  for (const { statement, reading } of list) {
    setCollation(reading.databaseCollation ?? collation);
    statements.push(
      `SET character_set_client = ${connection.literal(reading.characterSet)},
        collation_connection = ${connection.literal(reading.collation)}, sql_mode = ${connection.literal(reading.sqlMode)}`,
      immediate(connection, statement),
    );
  }
  if (list.length > 0) statements.push(resetReading);
  setCollation(collation);
  return statements;
}

const resetReading = "SET NAMES utf8mb4, sql_mode = 'STRICT_TRANS_TABLES'";

export async function resetSession(connection: DatabaseConnection): Promise<void> {
  await connection.query(resetReading);
}

/** Longer than a statement that waits for tables takes. */
const TURN_SECONDS = 60;

/**
 * Waits until no other connection works on the same object. MariaDB ends a statement whose client has died, and keeps
 * the connection until then.
 */
export async function takeTurn(connection: DatabaseConnection, object: string): Promise<void> {
  const [row] = await connection.query<{ got: number | null }>('SELECT GET_LOCK(SHA2(?, 256), ?) AS got', [
    `whmapi1 ${object}`,
    TURN_SECONDS,
  ]);
  if (row?.got === 1) return;
  throw new MachineError(
    'failed',
    `An earlier call is still changing the ${object}. Retry this call in a moment.`,
  );
}

export function definerText(connection: DatabaseConnection, { user, host }: Definer): string {
  const name = connection.identifier(user);
  return host === '' ? name : `${name}@${connection.identifier(host)}`;
}

/** The statement has no name of a database: the connection’s own is meant. So a dump fits another database too. */
export function createTrigger(
  connection: DatabaseConnection,
  trigger: Trigger,
  { replace = false } = {},
): ReadStatement {
  const { name, table, timing, event, body, definer, reading } = trigger;
  const create = replace ? 'CREATE OR REPLACE' : 'CREATE';
  return {
    reading,
    statement:
      `${create} DEFINER=${definerText(connection, definer)} TRIGGER ${connection.identifier(name)} ` +
      `${timing} ${event} ON ${connection.identifier(table)} FOR EACH ROW ${body}`,
  };
}
