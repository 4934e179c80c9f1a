// What functions read of the PostgreSQL server before their transaction begins.
import type { ObjectKind } from '../../rules/names.ts';
import type { FoundPostgresql, WantedPostgresql } from '../../rules/own-postgresql.ts';
import type { WantedNames } from '../../rules/owners.ts';
import { postgresqlOf, type PostgresqlMachine } from './server.ts';

export async function lookAtPostgresql(
  machine: PostgresqlMachine,
  wanted: WantedPostgresql,
): Promise<FoundPostgresql> {
  const catalogue = await postgresqlOf(machine);
  const [databases, users] = await Promise.all([
    catalogue.databases(wanted.databases),
    catalogue.users(wanted.users),
  ]);
  return { wanted, databases, users };
}

/** The names of all databases, or of all users. */
export async function lookAtNames(machine: PostgresqlMachine, kind: ObjectKind): Promise<string[]> {
  const catalogue = await postgresqlOf(machine);
  return kind === 'database' ? catalogue.databaseNames() : catalogue.users();
}

/** The disk usage of databases, in bytes, by name. Without `wanted`: of all. */
export async function sizesOfPostgresql(
  machine: PostgresqlMachine,
  wanted?: WantedNames,
): Promise<Map<string, number>> {
  return (await postgresqlOf(machine)).sizes(wanted);
}

/** True if a user would have no password under another name. */
export async function losesPassword(machine: PostgresqlMachine, user: string): Promise<boolean> {
  return (await postgresqlOf(machine)).losesPassword(user);
}
