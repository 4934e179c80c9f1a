// Moves everything in one database to another. There is no statement for that. RENAME TABLE moves tables, all or none,
// and copies no rows. It refuses tables with triggers. Views, routines and triggers are created again, and events move.
//
// The way back is the same with both names exchanged. Each call looks at what is where and does the rest, so that it
// can be repeated after it was interrupted anywhere.
import { DatabaseError, type DatabaseConnection } from '../../../../../core/machine-databases.ts';
import { MachineError } from '../../../../../core/machine-error.ts';
import { isReported, taken } from '../statements.ts';
import {
  eventsOf,
  routinesOf,
  tablesOf,
  triggersOf,
  viewNamesOf,
  type DatabaseInventory,
} from './inventory.ts';
import { databaseGrants, grantStatement, revokeAll, type ObjectGrant } from './object-grants.ts';
import { restoreOptions, schemaOf, setOptions } from './schema.ts';
import {
  compound,
  createTrigger,
  definerText,
  immediate,
  resetSession,
  takeTurn,
  underReadings,
  type ReadStatement,
} from './statements.ts';
import { withDatabase } from './view-text.ts';

/** How long to wait for sessions that use a table. Meanwhile, others that want to use it wait too. */
export const LOCK_SECONDS = 10;

export interface Names {
  readonly from: string;
  readonly to: string;
}

/** The comment of a database that a move has created and not finished. */
const markOf = (inventory: DatabaseInventory, original: string) =>
  `whmapi1 moves ${original} ${inventory.comment}`.slice(0, 1024);

/**
 * Moves a database.
 * @returns whether the old one remains, because somebody has created something in it meanwhile.
 * @throws MachineError `exists`; `failed` if sessions keep a table in use.
 */
export async function moveDatabase(
  connection: DatabaseConnection,
  inventory: DatabaseInventory,
  names: Names,
): Promise<{ isKept: boolean }> {
  const { to, from } = names;
  await waitForOthers(connection, inventory);
  try {
    await connection.query(
      `CREATE DATABASE ${connection.identifier(to)} COLLATE ${inventory.collation} COMMENT ${connection.literal(markOf(inventory, from))}`,
    );
  } catch (error) {
    throw isReported(error, 'ER_DB_CREATE_EXISTS') ? taken('database', to) : error;
  }
  // Privileges on a former database of this name.
  await revokeAll(connection, to);
  return bring(connection, inventory, names);
}

/** Moves everything back, from wherever the move was interrupted. */
export async function moveDatabaseBack(
  connection: DatabaseConnection,
  inventory: DatabaseInventory,
  { from, to }: Names,
): Promise<void> {
  await waitForOthers(connection, inventory);
  const present = await schemaOf(connection, to);
  const original = await schemaOf(connection, from);
  if (present === undefined && original !== undefined) return restoreOptions(connection, from, inventory);
  const had = original === undefined ? [] : await tablesOf(connection, from);
  const lacksSome = inventory.tables.some((name) => !had.includes(name));
  if (original !== undefined && !lacksSome && present?.comment !== markOf(inventory, from)) {
    throw new MachineError('not_ours', `The database “${to}” was created by somebody else.`);
  }
  if (original === undefined) {
    // The move was complete, and the mark was gone. If the way back is interrupted, its next try needs the mark.
    if (present !== undefined) {
      await connection.query(
        `ALTER DATABASE ${connection.identifier(to)} COMMENT ${connection.literal(markOf(inventory, from))}`,
      );
    }
    await connection.query(
      `CREATE DATABASE ${connection.identifier(from)} COLLATE ${inventory.collation}
        COMMENT ${connection.literal(inventory.comment)}`,
    );
  }
  await bring(connection, inventory, { from: to, to: from });
}

/**
 * The server ends a statement whose client died. Another move of the database must not begin meanwhile. MariaDB frees
 * this lock with the connection.
 */
async function waitForOthers(connection: DatabaseConnection, { original }: DatabaseInventory): Promise<void> {
  await takeTurn(connection, `database ${original}`);
}

async function bring(
  connection: DatabaseConnection,
  inventory: DatabaseInventory,
  names: Names,
): Promise<{ isKept: boolean }> {
  const { from, to } = names;
  await connection.query(`SET SESSION lock_wait_timeout = ${LOCK_SECONDS}`);
  // Names without a database refer to it.
  await connection.query(`USE ${connection.identifier(to)}`);
  try {
    await runAll(connection, await missingRoutines(connection, inventory, to));
    const early = inventory.grants.filter(({ level }) => level !== 'table');
    for (const grant of await missingGrants(connection, to, early)) {
      await connection.query(grantStatement(connection, to, grant));
    }
    if ((await schemaOf(connection, from)) === undefined) return { isKept: false };
    await runAll(connection, await switchOver(connection, inventory, names));
    await revokeAll(connection, from);
    await connection.query(dropIfEmpty(connection, inventory, from));
  } catch (error) {
    throw await explained(connection, error, from);
  } finally {
    await resetSession(connection).catch(() => undefined);
  }
  await setOptions(connection, to, inventory);
  return { isKept: (await schemaOf(connection, from)) !== undefined };
}

async function runAll(connection: DatabaseConnection, statements: readonly string[]): Promise<void> {
  if (statements.length > 0) await connection.query(compound(statements));
}

/** Routines are created early, because nothing uses the new ones. */
async function missingRoutines(
  connection: DatabaseConnection,
  { routines, collation }: DatabaseInventory,
  to: string,
): Promise<string[]> {
  const there = new Set((await routinesOf(connection, to)).map(({ name, type }) => `${type} ${name}`));
  const list = routines.filter(({ name, type }) => !there.has(`${type} ${name}`));
  return underReadings(connection, to, { collation, list });
}

async function missingGrants(
  connection: DatabaseConnection,
  database: string,
  wanted: readonly ObjectGrant[],
): Promise<ObjectGrant[]> {
  const present = new Set((await databaseGrants(connection, database)).map((one) => JSON.stringify(one)));
  return wanted.filter((one) => !present.has(JSON.stringify(one)));
}

/**
 * Moves what must change at once. MariaDB runs it as one statement, even if this process dies.
 *
 * The first RENAME TABLE waits for all sessions that use a table. It gives tables with triggers a name that nobody
 * uses. So nobody can write to a table while it has no triggers.
 */
async function switchOver(
  connection: DatabaseConnection,
  inventory: DatabaseInventory,
  { from, to }: Names,
): Promise<string[]> {
  const at = (database: string, name: string) =>
    `${connection.identifier(database)}.${connection.identifier(name)}`;
  const here = await tablesOf(connection, from);
  const there = await tablesOf(connection, to);
  const triggersHere = await triggersOf(connection, from);
  const found = await triggersOf(connection, to);
  // The order in which the triggers of a table act is that of their creation.
  const isWhole = (table: string) =>
    count(found, ({ name }) => inventory.triggers.some((one) => one.name === name && one.table === table)) ===
    count(inventory.triggers, (one) => one.table === table);
  const aside = asideNames(inventory);
  const isAside = new Map([...aside].map(([table, name]) => [name, table]));
  const unknown = triggersHere.find(({ name }) => !inventory.triggers.some((one) => one.name === name));
  if (unknown !== undefined) {
    throw new MachineError(
      'failed',
      `Somebody created the trigger “${unknown.name}” meanwhile. Retry the call.`,
    );
  }
  const first: string[] = [];
  const second: string[] = [];
  for (const table of here) {
    const original = isAside.get(table);
    const name = aside.get(table);
    if (original !== undefined) second.push(`${at(from, table)} TO ${at(to, original)}`);
    else if (name === undefined) first.push(`${at(from, table)} TO ${at(to, table)}`);
    else {
      first.push(`${at(from, table)} TO ${at(from, name)}`);
      second.push(`${at(from, name)} TO ${at(to, table)}`);
    }
  }
  for (const table of there) {
    const original = isAside.get(table);
    if (original !== undefined) second.push(`${at(to, table)} TO ${at(to, original)}`);
  }
  const { collation } = inventory;
  const lacking = inventory.triggers.filter(({ table }) => !isWhole(table));
  const triggers = lacking.map((one) => createTrigger(connection, one));
  const viewsThere = await viewNamesOf(connection, to);
  const viewsHere = await viewNamesOf(connection, from);
  const views = inventory.views
    .filter(({ name }) => !viewsThere.includes(name))
    .map((one) => ({ ...one, statement: viewFor(one, inventory, to) }));
  const events: ReadStatement[] = (await eventsOf(connection, from)).map((event) => ({
    reading: event.reading,
    statement:
      `ALTER DEFINER=${definerText(connection, event.definer)} EVENT ${at(from, event.name)} ` +
      `RENAME TO ${at(to, event.name)}`,
  }));
  const grants = await missingGrants(
    connection,
    to,
    inventory.grants.filter(({ level }) => level === 'table'),
  );
  return [
    ...(first.length === 0 ? [] : [`RENAME TABLE ${first.join(', ')}`]),
    ...triggersHere.map(({ name }) => `DROP TRIGGER ${at(from, name)}`),
    ...lacking
      .filter(({ name }) => found.some((one) => one.name === name))
      .map(({ name }) => `DROP TRIGGER ${at(to, name)}`),
    ...(second.length === 0 ? [] : [`RENAME TABLE ${second.join(', ')}`]),
    // A crash of MariaDB can leave the file with the name of a trigger, which it then does not list, but refuses to create.
    ...lacking.map(({ name }) => `DROP TRIGGER IF EXISTS ${at(to, name)}`),
    ...underReadings(connection, to, { collation, list: triggers }),
    ...underReadings(connection, to, { collation, list: views }),
    ...inventory.views
      .filter(({ name }) => viewsHere.includes(name))
      .map(({ name }) => `DROP VIEW IF EXISTS ${at(from, name)}`),
    ...underReadings(connection, from, { collation, list: events }),
    ...grants.map((one) => immediate(connection, grantStatement(connection, to, one))),
  ];
}

const count = <T>(list: readonly T[], is: (one: T) => boolean) => list.filter(is).length;

/** The statement of a view in the database that it moves to. Its own has the name of the first one. */
function viewFor(
  view: DatabaseInventory['views'][number],
  { original }: DatabaseInventory,
  to: string,
): string {
  return withDatabase(view.name, view.statement, original, to);
}

/** For tables with triggers: a name in the same database that no table has. */
function asideNames({ tables, triggers }: DatabaseInventory): Map<string, string> {
  const withTriggers = [...new Set(triggers.map(({ table }) => table))].sort();
  let prefix = 'whmapi1-moves';
  while (tables.some((name) => name.startsWith(prefix))) prefix += '-';
  return new Map(withTriggers.map((table, index) => [table, `${prefix}${index + 1}`]));
}

/** Drops the database unless it has something that did not move. Its routines were copied. */
function dropIfEmpty(
  connection: DatabaseConnection,
  { routines }: DatabaseInventory,
  database: string,
): string {
  const name = connection.literal(database);
  const known = routines
    .map((one) => `(${connection.literal(one.name)}, ${connection.literal(one.type)})`)
    .join(', ');
  const others = known === '' ? '' : ` AND (ROUTINE_NAME, ROUTINE_TYPE) NOT IN (${known})`;
  return compound([
    `IF NOT EXISTS (SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${name})
      AND NOT EXISTS (SELECT 1 FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ${name})
      AND NOT EXISTS (SELECT 1 FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ${name}${others})
    THEN ${immediate(connection, `DROP DATABASE ${connection.identifier(database)}`)}; END IF`,
  ]);
}

/** Says who keeps a table in use. */
async function explained(connection: DatabaseConnection, error: unknown, database: string): Promise<unknown> {
  if (!(error instanceof DatabaseError) || error.reported !== 'ER_LOCK_WAIT_TIMEOUT') return error;
  const sessions = await connection.query<{ id: number; user: string; seconds: number }>(
    `SELECT ID AS id, USER AS user, TIME AS seconds FROM information_schema.PROCESSLIST
      WHERE DB = ? AND ID <> CONNECTION_ID() ORDER BY ID LIMIT 5`,
    [database],
  );
  const list = sessions.map(({ id, user, seconds }) => `${id} of “${user}” for ${seconds} s`).join(', ');
  const which = list === '' ? '' : ` Sessions that use the database: ${list}.`;
  return new MachineError(
    'failed',
    `Other sessions kept a table of “${database}” in use for more than ${LOCK_SECONDS} seconds.${which} ` +
      'End them, or retry the call when they have finished.',
    { cause: error },
  );
}
