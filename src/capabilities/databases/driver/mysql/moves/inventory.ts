// What a database consists of, besides the rows of its tables: enough to create it again elsewhere.
import type { DatabaseConnection } from '../../../../../core/machine-databases.ts';
import { MachineError } from '../../../../../core/machine-error.ts';
import { sizes } from '../sql-databases.ts';
import { databaseGrants, type ObjectGrant } from './object-grants.ts';
import { schemaOf } from './schema.ts';
import { namesIn } from './view-text.ts';

/** The settings under which MariaDB reads the text of an object. */
export interface Reading {
  readonly sqlMode: string;
  readonly characterSet: string;
  readonly collation: string;
  /** The collation that the database had. Undefined for a view, which does not depend on it. */
  readonly databaseCollation?: string;
}

/** `user` is a role if the host is empty. */
export interface Definer {
  readonly user: string;
  readonly host: string;
}

export interface Trigger {
  readonly name: string;
  readonly table: string;
  readonly timing: string;
  readonly event: string;
  readonly body: string;
  readonly definer: Definer;
  readonly reading: Reading;
}

export interface View {
  readonly name: string;
  /** With the names of the databases. */
  readonly statement: string;
  readonly reading: Reading;
}

export interface Routine {
  readonly name: string;
  readonly type: 'PROCEDURE' | 'FUNCTION' | 'PACKAGE' | 'PACKAGE BODY';
  /** Without the name of the database. */
  readonly statement: string;
  readonly reading: Reading;
}

export interface ScheduledEvent {
  readonly name: string;
  readonly body: string;
  readonly comment: string;
  readonly definer: Definer;
  readonly reading: Reading;
}

/** As JSON, it is kept in the journal while a database is renamed. */
export interface DatabaseInventory {
  /** The name of the database, which its views have. */
  readonly original: string;
  readonly collation: string;
  readonly comment: string;
  /** In bytes. */
  readonly size: number;
  readonly tables: readonly string[];
  /** In the order in which they act. */
  readonly triggers: readonly Trigger[];
  /** Each after those that it uses. */
  readonly views: readonly View[];
  /** The specification of a package is before its body. */
  readonly routines: readonly Routine[];
  readonly events: readonly ScheduledEvent[];
  readonly grants: readonly ObjectGrant[];
}

/** @throws MachineError `not_found`; `failed` if the database has something that cannot be created elsewhere. */
export async function inventoryOf(
  connection: DatabaseConnection,
  database: string,
): Promise<DatabaseInventory> {
  const schema = await schemaOf(connection, database);
  if (schema === undefined) {
    throw new MachineError('not_found', `MariaDB has no database named “${database}”.`);
  }
  await assertNoOwnNameIn(connection, database);
  return {
    original: database,
    ...schema,
    size: (await sizes(connection, { names: [database], prefixes: [] })).get(database) ?? 0,
    tables: await tablesOf(connection, database),
    triggers: await triggersOf(connection, database),
    views: await viewsOf(connection, database),
    routines: await routinesOf(connection, database),
    events: await eventsOf(connection, database),
    grants: await databaseGrants(connection, database),
  };
}

/** Sequences too, and tables with versions; without views. */
export async function tablesOf(connection: DatabaseConnection, database: string): Promise<string[]> {
  const rows = await connection.query<{ name: string }>(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = ? AND TABLE_TYPE NOT IN ('VIEW', 'SYSTEM VIEW', 'TEMPORARY', 'TEMPORARY SEQUENCE')
      ORDER BY TABLE_NAME`,
    [database],
  );
  return rows.map(({ name }) => name);
}

export async function viewNamesOf(connection: DatabaseConnection, database: string): Promise<string[]> {
  const rows = await connection.query<{ name: string }>(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'VIEW' ORDER BY TABLE_NAME`,
    [database],
  );
  return rows.map(({ name }) => name);
}

export async function triggersOf(connection: DatabaseConnection, database: string): Promise<Trigger[]> {
  const rows = await connection.query<Omit<Trigger, 'reading' | 'definer'> & ReadingRow & DefinerRow>(
    `SELECT TRIGGER_NAME AS name, EVENT_OBJECT_TABLE AS \`table\`, ACTION_TIMING AS timing,
            EVENT_MANIPULATION AS event, ACTION_STATEMENT AS body, DEFINER AS definer, ${readingColumns}
       FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ?
      ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER`,
    [database],
  );
  return rows.map((row) => {
    const { name, table, timing, event, body } = row;
    if (!['INSERT', 'UPDATE', 'DELETE'].includes(event)) {
      throw new MachineError(
        'failed',
        `The trigger “${name}” acts on several events, which cannot be moved.`,
      );
    }
    return { name, table, timing, event, body, definer: definerOf(row), reading: readingOf(row) };
  });
}

/** @param isWanted by the statement. */
export async function viewsOf(
  connection: DatabaseConnection,
  database: string,
  isWanted: (view: { readonly statement: string }) => boolean = () => true,
): Promise<View[]> {
  const views: View[] = [];
  for (const name of await viewNamesOf(connection, database)) {
    const path = `${connection.identifier(database)}.${connection.identifier(name)}`;
    const [row = {}] = await connection.query<Record<string, string>>(`SHOW CREATE VIEW ${path}`);
    const { 'Create View': statement = '', character_set_client = '', collation_connection = '' } = row;
    const reading = { sqlMode: '', characterSet: character_set_client, collation: collation_connection };
    if (!isWanted({ statement })) continue;
    await assertUsable(connection, name, path);
    views.push({ name, statement, reading });
  }
  return inOrder(views, database);
}

/** A view whose tables do not exist cannot be created. */
async function assertUsable(connection: DatabaseConnection, view: string, path: string): Promise<void> {
  try {
    await connection.query(`SHOW COLUMNS FROM ${path}`);
  } catch (error) {
    throw new MachineError(
      'failed',
      `The view “${view}” uses something that does not exist, or that its definer may not use. ` +
        'Change or drop the view first.',
      { cause: error },
    );
  }
}

/** Views after those that they use. */
function inOrder(views: readonly View[], database: string): View[] {
  const byName = new Map(views.map((view) => [view.name, view]));
  const ordered = new Set<View>();
  const add = (view: View): void => {
    if (!byName.delete(view.name)) return;
    for (const name of namesIn(view.statement, database)) {
      const used = byName.get(name);
      if (used !== undefined) add(used);
    }
    ordered.add(view);
  };
  for (const view of views) add(view);
  return [...ordered];
}

export async function routinesOf(connection: DatabaseConnection, database: string): Promise<Routine[]> {
  const rows = await connection.query<Pick<Routine, 'name' | 'type'>>(
    `SELECT ROUTINE_NAME AS name, ROUTINE_TYPE AS type FROM information_schema.ROUTINES
      WHERE ROUTINE_SCHEMA = ? ORDER BY ROUTINE_TYPE, ROUTINE_NAME`,
    [database],
  );
  const routines: Routine[] = [];
  for (const { name, type } of rows) {
    const path = `${connection.identifier(database)}.${connection.identifier(name)}`;
    const [row = {}] = await connection.query<Record<string, string>>(`SHOW CREATE ${type} ${path}`);
    const column = Object.keys(row).find((one) => one.startsWith('Create '));
    const statement = column === undefined ? undefined : row[column];
    if (!statement) throw new MachineError('failed', `MariaDB does not show the text of “${name}”.`);
    routines.push({ name, type, statement, reading: shownReading(row) });
  }
  return routines;
}

export async function eventsOf(connection: DatabaseConnection, database: string): Promise<ScheduledEvent[]> {
  const rows = await connection.query<
    { name: string; body: string; comment: string } & ReadingRow & DefinerRow
  >(
    `SELECT EVENT_NAME AS name, EVENT_DEFINITION AS body, EVENT_COMMENT AS comment, DEFINER AS definer, ${readingColumns}
       FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ? ORDER BY EVENT_NAME`,
    [database],
  );
  return rows.map((row) => ({
    name: row.name,
    body: row.body,
    comment: row.comment,
    definer: definerOf(row),
    reading: readingOf(row),
  }));
}

interface ReadingRow {
  readonly sql_mode: string;
  readonly character_set: string;
  readonly collation: string;
  readonly database_collation: string;
}

interface DefinerRow {
  readonly definer: string;
}

const readingColumns = `SQL_MODE AS sql_mode, CHARACTER_SET_CLIENT AS character_set,
  COLLATION_CONNECTION AS collation, DATABASE_COLLATION AS database_collation`;

const readingOf = (row: ReadingRow): Reading => ({
  sqlMode: row.sql_mode,
  characterSet: row.character_set,
  collation: row.collation,
  databaseCollation: row.database_collation,
});

const shownReading = (row: Record<string, string>): Reading => ({
  sqlMode: row.sql_mode ?? '',
  characterSet: row.character_set_client ?? '',
  collation: row.collation_connection ?? '',
  databaseCollation: row['Database Collation'] ?? '',
});

/** A host has no “@”. */
function definerOf({ definer }: DefinerRow): Definer {
  const at = definer.lastIndexOf('@');
  return at < 0 ? { user: definer, host: '' } : { user: definer.slice(0, at), host: definer.slice(at + 1) };
}

/** A default, a check or a generated column keeps the name of the database of a sequence or function that it uses. */
export async function assertNoOwnNameIn(connection: DatabaseConnection, database: string): Promise<void> {
  const name = connection.identifier(database);
  const [column] = await connection.query<{ table: string; name: string }>(
    `SELECT TABLE_NAME AS \`table\`, COLUMN_NAME AS name FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA = ? AND (LOCATE(?, COLUMN_DEFAULT) > 0 OR LOCATE(?, GENERATION_EXPRESSION) > 0) LIMIT 1`,
    [database, `${name}.`, `${name}.`],
  );
  if (column === undefined) return;
  throw new MachineError(
    'failed',
    `The column “${column.name}” of the table “${column.table}” has a default that names the database “${database}”. ` +
      'Change the default first.',
  );
}
