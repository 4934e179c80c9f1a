// Renames a user, and makes the new name the definer of what the old one defines. RENAME USER moves the privileges, and
// leaves every definer as it was: nobody could use those views, triggers, routines and events any more.
import type { DatabaseConnection } from '../../../../../core/machine-databases.ts';
import { MachineError } from '../../../../../core/machine-error.ts';
import type { DefinedObject } from '../contract.ts';
import { hostsOf } from '../sql-users.ts';
import { missing, taken, userAt } from '../statements.ts';
import {
  eventsOf,
  routinesOf,
  triggersOf,
  viewsOf,
  type DatabaseInventory,
  type Definer,
  type Routine,
  type ScheduledEvent,
  type View,
} from './inventory.ts';
import type { Names } from './move-database.ts';
import { restoreOptions, schemaOf } from './schema.ts';
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
  'collation' | 'comment' | 'triggers' | 'views' | 'routines' | 'events'
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

/** What a user defines in a database. */
export async function definedIn(
  connection: DatabaseConnection,
  user: string,
  database: string,
): Promise<Defined | undefined> {
  const schema = await schemaOf(connection, database);
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
  for (const one of inventory.defined) await restoreOptions(connection, one.database, one);
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
  const change: ChangeDefiner = (definer) => changed(definer, original, to);
  const objects = defined.flatMap((one) => [
    ...createdAgain(connection, one, change),
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

/** The new definer of an object. */
export type ChangeDefiner = (definer: Definer, kind: DefinedObject['kind'], name: string) => Definer;

/** Gives objects of a database other definers. One statement of the server. */
export async function setDefiners(
  connection: DatabaseConnection,
  defined: Defined,
  change: ChangeDefiner,
): Promise<void> {
  try {
    // A view comes before those that it uses: once these have another definer, who may lack privileges, it cannot be created.
    const inOrder = { ...defined, views: [...defined.views].reverse() };
    await connection.query(compound(createdAgain(connection, inOrder, change)));
  } finally {
    await resetSession(connection).catch(() => undefined);
  }
}

function createdAgain(connection: DatabaseConnection, one: Defined, change: ChangeDefiner): string[] {
  const textOf = (kind: 'view' | 'routine', { name, statement, reading }: View | Routine) => ({
    reading,
    statement: withDefiner(connection, statement, (definer) => change(definer, kind, name)),
  });
  return [
    immediate(connection, `USE ${connection.identifier(one.database)}`),
    ...underReadings(connection, one.database, {
      collation: one.collation,
      list: [
        ...triggersFor(connection, one, change),
        ...one.routines.map((routine) => textOf('routine', routine)),
        ...one.views.map((view) => textOf('view', view)),
        ...one.events.map((event) => eventFor(connection, one.database, event, change)),
      ],
    }),
  ];
}

function triggersFor(
  connection: DatabaseConnection,
  { triggers }: Defined,
  change: ChangeDefiner,
): ReadStatement[] {
  return triggers.map((trigger) =>
    createTrigger(
      connection,
      { ...trigger, definer: change(trigger.definer, 'trigger', trigger.name) },
      { replace: true },
    ),
  );
}

/** The comment stays the same; some clause is necessary. */
function eventFor(
  connection: DatabaseConnection,
  database: string,
  { name, comment, definer, reading }: ScheduledEvent,
  change: ChangeDefiner,
): ReadStatement {
  const who = definerText(connection, change(definer, 'event', name));
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
  change: (definer: Definer) => Definer,
): string {
  const definer = definerIn(statement);
  // The body of a package may have another definer, who keeps it.
  const who = definer === undefined ? undefined : definerText(connection, change(definer));
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
