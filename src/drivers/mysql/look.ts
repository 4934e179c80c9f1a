// What functions read of the MariaDB server before their transaction begins.
import type { FoundDatabases, FoundMysql, FoundUsers, WantedMysql } from '../../model/databases/own-mysql.ts';
import type { HeldPrivileges, MysqlCatalogue, ServerFacts, TableMessage, WantedNames } from './contract.ts';
import { withMysql, type MysqlMachine } from './server.ts';

export { currentVersion, installableVersions } from './versions.ts';

/** @param now the time before the server is asked. */
export function lookAtMysql(machine: MysqlMachine, wanted: WantedMysql, now: number): Promise<FoundMysql> {
  return withMysql(machine, (mysql) => find(mysql, wanted, now));
}

/** The databases only. */
export function lookAtDatabases(
  machine: MysqlMachine,
  { databases }: WantedMysql,
  now: number,
): Promise<FoundDatabases> {
  return withMysql(machine, async (mysql) => ({ at: now, databases: await mysql.databases(databases) }));
}

/** The same, with facts about the server. */
export function lookAtDatabasesAndServer(machine: MysqlMachine, { databases }: WantedMysql, now: number) {
  return withMysql(machine, async (mysql) => ({
    found: { at: now, databases: await mysql.databases(databases) },
    server: await mysql.server(),
  }));
}

/** The same, with the definers of what is in the databases, and the foreign keys that leave them. */
export function lookAtMysqlAndTies(machine: MysqlMachine, wanted: WantedMysql, now: number) {
  return withMysql(machine, async (mysql) => {
    const found = await find(mysql, wanted, now);
    return {
      ...found,
      defined: await mysql.definers(found.databases),
      foreignKeys: await mysql.foreignKeys(found.databases),
    };
  });
}

/** A database and a user, if they exist. */
export function lookAtPair(
  machine: MysqlMachine,
  { user, database }: { readonly user: string; readonly database: string },
  now: number,
): Promise<FoundDatabases & FoundUsers> {
  return withMysql(machine, async (mysql) => ({
    at: now,
    databases: await mysql.databases({ names: [database], prefixes: [] }),
    users: await mysql.users({ names: [user], prefixes: [] }),
  }));
}

async function find(mysql: MysqlCatalogue, wanted: WantedMysql, now: number): Promise<FoundMysql> {
  const databases = await mysql.databases(wanted.databases);
  const users = await mysql.users(wanted.users);
  const grants = await mysql.grants(users.map(({ name }) => name));
  return { at: now, isServed: mysql.isServed, databases, users, grants };
}

/** The names of all databases, or of all users. */
export function lookAtNames(machine: MysqlMachine, kind: 'database' | 'user'): Promise<string[]> {
  return withMysql(machine, async (mysql) =>
    kind === 'database' ? mysql.databases() : (await mysql.users()).map(({ name }) => name),
  );
}

/** The disk usage in bytes, by name. Without `wanted`: of all databases that have tables. */
export function lookAtSizes(
  machine: MysqlMachine,
  wanted?: WantedNames,
): Promise<ReadonlyMap<string, number>> {
  return withMysql(machine, (mysql) => mysql.sizes(wanted));
}

export function lookAtPrivileges(
  machine: MysqlMachine,
  user: string,
  database: string,
): Promise<readonly HeldPrivileges[]> {
  return withMysql(machine, (mysql) => mysql.privileges(user, database));
}

/** The problems of a database’s tables and views. */
export function lookAtTables(machine: MysqlMachine, database: string): Promise<readonly TableMessage[]> {
  return withMysql(machine, (mysql) => mysql.check(database));
}

export function lookAtSchema(machine: MysqlMachine, database: string): Promise<string> {
  return withMysql(machine, (mysql) => mysql.schema(database));
}

/** As `database.name`. */
export function lookAtRoutines(machine: MysqlMachine, definers: readonly string[]): Promise<string[]> {
  return withMysql(machine, (mysql) => mysql.routines(definers));
}

/** Undefined in a sandbox that runs no server. */
export function lookAtServer(machine: MysqlMachine): Promise<ServerFacts | undefined> {
  return withMysql(machine, (mysql) => mysql.server());
}
