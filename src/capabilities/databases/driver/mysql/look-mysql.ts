// What functions read of the MariaDB server before their transaction begins.
import type { FoundDatabases, FoundMysql, FoundUsers, WantedMysql } from '../../rules/own-mysql.ts';
import type { HeldPrivileges, MysqlCatalogue, ServerFacts, TableMessage } from './contract.ts';
import type { WantedNames } from '../../rules/owners.ts';
import { withMysql, type MysqlMachine } from './server.ts';

export { currentVersion, installableVersions } from './versions.ts';

export function lookAtMysql(machine: MysqlMachine, wanted: WantedMysql): Promise<FoundMysql> {
  return withMysql(machine, (mysql) => find(mysql, wanted));
}

/** The databases only. */
export function lookAtDatabases(machine: MysqlMachine, wanted: WantedMysql): Promise<FoundDatabases> {
  return withMysql(machine, async (mysql) => ({
    wanted,
    databases: await mysql.databases(wanted.databases),
  }));
}

/** Everything, with the definers of what is in the databases, and the foreign keys that leave them. */
export function lookAtMysqlAndTies(machine: MysqlMachine, wanted: WantedMysql) {
  return withMysql(machine, async (mysql) => {
    const found = await find(mysql, wanted);
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
): Promise<FoundDatabases & FoundUsers> {
  const wanted = {
    databases: { names: [database], prefixes: [] },
    users: { names: [user], prefixes: [] },
  };
  return withMysql(machine, async (mysql) => ({
    wanted,
    databases: await mysql.databases(wanted.databases),
    users: await mysql.users(wanted.users),
  }));
}

async function find(mysql: MysqlCatalogue, wanted: WantedMysql): Promise<FoundMysql> {
  const databases = await mysql.databases(wanted.databases);
  const users = await mysql.users(wanted.users);
  const grants = await mysql.grants(users.map(({ name }) => name));
  return { wanted, isServed: mysql.isServed, databases, users, grants };
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
