// Databases.
import type { DatabaseConnection } from '../../../../core/machine-databases.ts';
import type { WantedNames } from '../../rules/owners.ts';
import { revokeAll, type ObjectGrant } from './moves/object-grants.ts';
import { isReported, isWanted, OWN_DATABASES, taken } from './statements.ts';
import type { DefinedObject, ForeignKey } from './contract.ts';

export async function list(connection: DatabaseConnection, wanted?: WantedNames): Promise<string[]> {
  const { sql, values } = isWanted('SCHEMA_NAME', wanted);
  const rows = await connection.query<{ name: string }>(
    `SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA
      WHERE SCHEMA_NAME NOT IN (?) AND ${sql} ORDER BY SCHEMA_NAME`,
    [[...OWN_DATABASES], ...values],
  );
  return rows.map(({ name }) => name);
}

/** MariaDB reads only the folder of a database that a condition names alone; therefore one condition for each. */
const MAX_ALONE = 100;

export async function sizes(
  connection: DatabaseConnection,
  wanted?: WantedNames,
): Promise<Map<string, number>> {
  const size = `SELECT TABLE_SCHEMA AS name, SUM(COALESCE(DATA_LENGTH, 0) + COALESCE(INDEX_LENGTH, 0)) AS bytes
    FROM information_schema.TABLES`;
  if (wanted === undefined) {
    const all = `${size} WHERE TABLE_SCHEMA NOT IN (?) GROUP BY TABLE_SCHEMA`;
    return bytesByName(await connection.query<SizeRow>(all, [[...OWN_DATABASES]]));
  }
  const there = await list(connection, wanted);
  if (there.length === 0) return new Map();
  const rows =
    there.length <= MAX_ALONE
      ? await connection.query<SizeRow>(
          there.map(() => `(${size} WHERE TABLE_SCHEMA = ? GROUP BY TABLE_SCHEMA)`).join(' UNION ALL '),
          there,
        )
      : await connection.query<SizeRow>(`${size} WHERE TABLE_SCHEMA IN (?) GROUP BY TABLE_SCHEMA`, [there]);
  const found = bytesByName(rows);
  return new Map(there.map((name) => [name, found.get(name) ?? 0]));
}

const bytesByName = (rows: readonly SizeRow[]) =>
  new Map(rows.map(({ name, bytes }) => [name, Number(bytes)]));

interface SizeRow {
  readonly name: string;
  readonly bytes: string | number;
}

export async function create(connection: DatabaseConnection, name: string): Promise<void> {
  try {
    await connection.query(`CREATE DATABASE ${connection.identifier(name)}`);
  } catch (error) {
    throw isReported(error, 'ER_DB_CREATE_EXISTS') ? taken('database', name) : error;
  }
}

/** Nobody keeps a privilege that would apply to a later database of the same name. @param except those that stay. */
export async function drop(
  connection: DatabaseConnection,
  name: string,
  except: readonly ObjectGrant[] = [],
): Promise<void> {
  await connection.query(`DROP DATABASE IF EXISTS ${connection.identifier(name)}`);
  await revokeAll(connection, name, except);
}

/** Foreign keys of tables in other databases, which refer to these, do not prevent it. */
export async function dropAll(connection: DatabaseConnection, names: readonly string[]): Promise<void> {
  await connection.query('SET SESSION foreign_key_checks = 0');
  try {
    for (const name of names) await drop(connection, name);
  } finally {
    await connection.query('SET SESSION foreign_key_checks = 1').catch(() => undefined);
  }
}

// What ties databases to users and to other databases: the definers of views, triggers, routines and events, most of which
// act with the privileges of that user, and foreign keys.

/** Objects with a user as their definer. */
export async function definers(
  connection: DatabaseConnection,
  databases: readonly string[],
): Promise<DefinedObject[]> {
  if (databases.length === 0) return [];
  const from = (kind: string, table: string, name: string) =>
    `SELECT ${table}.${name}_SCHEMA AS \`database\`, '${kind}' AS kind, ${table}.${name}_NAME AS name, DEFINER AS definer
       FROM information_schema.${table} WHERE ${table}.${name}_SCHEMA IN (?)`;
  const rows = await connection.query<DefinedObject & { readonly definer: string }>(
    [
      from('view', 'VIEWS', 'TABLE'),
      from('trigger', 'TRIGGERS', 'TRIGGER'),
      from('routine', 'ROUTINES', 'ROUTINE'),
      from('event', 'EVENTS', 'EVENT'),
    ].join(' UNION ALL '),
    Array.from({ length: 4 }, () => [...databases]),
  );
  // A role has no host, and a host has no “@”.
  return rows
    .filter(({ definer }) => definer.includes('@'))
    .map(({ database, kind, name, definer }) => ({
      ...{ database, kind, name },
      user: definer.slice(0, definer.lastIndexOf('@')),
    }));
}

/** From tables of the databases to those of another one. */
export async function foreignKeys(
  connection: DatabaseConnection,
  databases: readonly string[],
): Promise<ForeignKey[]> {
  if (databases.length === 0) return [];
  return connection.query<ForeignKey>(
    `SELECT CONSTRAINT_SCHEMA AS \`from\`, TABLE_NAME AS \`table\`, UNIQUE_CONSTRAINT_SCHEMA AS \`to\`
       FROM information_schema.REFERENTIAL_CONSTRAINTS
      WHERE CONSTRAINT_SCHEMA IN (?) AND UNIQUE_CONSTRAINT_SCHEMA <> CONSTRAINT_SCHEMA`,
    [[...databases]],
  );
}
