// Renames a user, and makes the new name the definer of what the old one defines. RENAME USER moves the privileges, and
// leaves every definer as it was: nobody could use those views, triggers, routines and events any more.
import type { DatabaseConnection } from '../../../core/machine-databases.ts';
import { MachineError } from '../../../core/machine-error.ts';
import { hostsOf } from '../sql-users.ts';
import { missing, taken, userAt } from '../statements.ts';
import {
  eventsOf,
  routinesOf,
  triggersOf,
  viewsOf,
  type DatabaseInventory,
  type Definer,
  type ScheduledEvent,
} from './inventory.ts';
import type { Names } from './move-database.ts';
import { databaseGrants, grantStatement, type ObjectGrant } from './object-grants.ts';
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

/** What must be created again in one database. */
export interface Defined extends Pick<
  DatabaseInventory,
  'collation' | 'triggers' | 'views' | 'routines' | 'events'
> {
  readonly database: string;
  /** On these routines. */
  readonly grants: readonly ObjectGrant[];
}

/** As JSON, it is kept in the journal while a user is renamed. */
export interface UserInventory {
  readonly hosts: readonly string[];
  readonly defined: readonly Defined[];
}

/** @param databases those to look in. @throws MachineError `not_found`. */
export async function userInventoryOf(
  connection: DatabaseConnection,
  user: string,
  databases: readonly string[],
): Promise<UserInventory> {
  const hosts = await hostsOf(connection, user);
  if (hosts.length === 0) throw missing('user', user);
  const defined: Defined[] = [];
  for (const database of databases) {
    const found = await definedIn(connection, user, database);
    if (found !== undefined) defined.push(found);
  }
  return { hosts, defined };
}

async function definedIn(
  connection: DatabaseConnection,
  user: string,
  database: string,
): Promise<Defined | undefined> {
  const [schema] = await connection.query<{ collation: string }>(
    'SELECT DEFAULT_COLLATION_NAME AS collation FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?',
    [database],
  );
  if (schema === undefined) return undefined;
  const isOwn = ({ definer }: { readonly definer: Definer }) => definer.user === user && definer.host !== '';
  const allTriggers = await triggersOf(connection, database);
  const own = allTriggers.filter(isOwn);
  // A trigger that is created again acts last; therefore all of the same kind are.
  const triggers = allTriggers.filter((one) =>
    own.some(
      ({ table, timing, event }) => one.table === table && one.timing === timing && one.event === event,
    ),
  );
  const isOwnText = ({ statement }: { readonly statement: string }) => definerIn(statement)?.user === user;
  const views = await viewsOf(connection, database, isOwnText);
  const all = await routinesOf(connection, database);
  const named = new Set(all.filter(isOwnText).map(({ name, type }) => `${type} ${name}`));
  // A package that is created again loses its body.
  const routines = all.filter(
    ({ name, type }) =>
      named.has(`${type} ${name}`) || (type === 'PACKAGE BODY' && named.has(`PACKAGE ${name}`)),
  );
  const events = (await eventsOf(connection, database)).filter(isOwn);
  const grants = (await databaseGrants(connection, database)).filter(({ level, object }) =>
    routines.some(({ name, type }) => type === level && name === object),
  );
  const count = triggers.length + views.length + routines.length + events.length;
  return count === 0 ? undefined : { database, ...schema, triggers, views, routines, events, grants };
}

/** @throws MachineError `exists`. */
export async function renameUser(
  connection: DatabaseConnection,
  inventory: UserInventory,
  names: Names,
): Promise<void> {
  await takeTurn(connection, `user ${names.from}`);
  if ((await hostsOf(connection, names.to)).length > 0) throw taken('user', names.to);
  await bring(connection, inventory, names.from, names);
}

/** Renames the user back, from wherever the renaming was interrupted. */
export async function renameUserBack(
  connection: DatabaseConnection,
  inventory: UserInventory,
  { from, to }: Names,
): Promise<void> {
  await takeTurn(connection, `user ${from}`);
  const remaining = [...(await hostsOf(connection, from)), ...(await hostsOf(connection, to))];
  if (remaining.length === 0) {
    throw new MachineError('failed', `MariaDB has neither a user “${from}” nor “${to}”.`);
  }
  await bring(connection, inventory, from, { from: to, to: from });
}

/** One statement of the server, so that it ends even if this process dies. */
async function bring(
  connection: DatabaseConnection,
  { hosts, defined }: UserInventory,
  original: string,
  { from, to }: Names,
): Promise<void> {
  const present = await hostsOf(connection, from);
  const moves = hosts
    .filter((host) => present.includes(host))
    .map((host) => `${userAt(connection, from, host)} TO ${userAt(connection, to, host)}`);
  const objects = defined.flatMap((one) => [
    immediate(connection, `USE ${connection.identifier(one.database)}`),
    ...underReadings(connection, one.database, {
      collation: one.collation,
      list: [
        ...triggersFor(connection, one, original, to),
        ...[...one.routines, ...one.views].map(({ statement, reading }) => ({
          reading,
          statement: withDefiner(connection, statement, original, to),
        })),
        ...one.events.map((event) => eventFor(connection, one.database, event, original, to)),
      ],
    }),
    ...one.grants.map((grant) =>
      immediate(
        connection,
        grantStatement(connection, one.database, {
          ...grant,
          user: grant.user === original ? to : grant.user,
        }),
      ),
    ),
  ]);
  const statements = [...(moves.length === 0 ? [] : [`RENAME USER ${moves.join(', ')}`]), ...objects];
  if (statements.length === 0) return;
  try {
    await connection.query(compound(statements));
  } finally {
    await resetSession(connection).catch(() => undefined);
  }
}

function triggersFor(
  connection: DatabaseConnection,
  { triggers }: Defined,
  original: string,
  to: string,
): ReadStatement[] {
  return triggers.map((trigger) =>
    createTrigger(
      connection,
      { ...trigger, definer: changed(trigger.definer, original, to) },
      { replace: true },
    ),
  );
}

/** The comment stays the same; some clause is necessary. */
function eventFor(
  connection: DatabaseConnection,
  database: string,
  { name, comment, definer, reading }: ScheduledEvent,
  original: string,
  to: string,
): ReadStatement {
  const who = definerText(connection, changed(definer, original, to));
  const path = `${connection.identifier(database)}.${connection.identifier(name)}`;
  // A comment is no part of the text that the modes apply to.
  return {
    reading: { ...reading, sqlMode: '' },
    statement: `ALTER DEFINER=${who} EVENT ${path} COMMENT ${connection.literal(comment)}`,
  };
}

const changed = (definer: Definer, original: string, to: string): Definer =>
  definer.user === original && definer.host !== '' ? { ...definer, user: to } : definer;

const NAME = '(`(?:[^`]|``)*`|"(?:[^"]|"")*")';
const HEAD = new RegExp(`^CREATE (ALGORITHM=\\w+ )?DEFINER=${NAME}(?:@${NAME})?`);

/** The definer in a text that MariaDB shows. Undefined for a role. */
function definerIn(statement: string): Definer | undefined {
  const [, , user, host] = HEAD.exec(statement) ?? [];
  if (user === undefined || host === undefined) return undefined;
  return { user: unquoted(user), host: unquoted(host) };
}

function withDefiner(
  connection: DatabaseConnection,
  statement: string,
  original: string,
  to: string,
): string {
  const definer = definerIn(statement);
  // The body of a package may have another definer, who keeps it.
  const who = definer === undefined ? undefined : definerText(connection, changed(definer, original, to));
  return statement.replace(HEAD, (head, algorithm: string | undefined) =>
    who === undefined
      ? head.replace('CREATE ', 'CREATE OR REPLACE ')
      : `CREATE OR REPLACE ${algorithm ?? ''}DEFINER=${who}`,
  );
}

function unquoted(name: string): string {
  const quote = name.slice(0, 1);
  return name.slice(1, -1).replaceAll(quote + quote, quote);
}
