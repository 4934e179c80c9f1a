// What ties databases to users and to other databases: the definers of views, triggers, routines and events, most of which
// act with the privileges of that user, and foreign keys.
import type { DatabaseConnection } from '../../../../core/machine-databases.ts';
import type { DefinedObject, ForeignKey } from './contract.ts';

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
