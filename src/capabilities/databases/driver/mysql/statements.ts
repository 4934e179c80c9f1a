// What the statements of this driver have in common.
import { DatabaseError, type DatabaseConnection } from '../../../../core/machine-databases.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { WantedNames } from '../../rules/owners.ts';

/** MariaDB’s own databases. */
export const OWN_DATABASES = ['mysql', 'information_schema', 'performance_schema', 'sys'] as const;

/** Administrators and the users of the server itself. */
export const OWN_USERS = [
  ...['', 'root', 'mysql', 'mariadb.sys', 'mysql.sys', 'mysql.session', 'mysql.infoschema'],
  ...['debian-sys-maint', 'mariadb-backup', 'PUBLIC'],
] as const;

/** A condition on the names in a column, with its values. */
export function isWanted(
  column: string,
  wanted: WantedNames | undefined,
): { sql: string; values: string[][] } {
  if (wanted === undefined) return { sql: 'TRUE', values: [] };
  const { names, prefixes } = wanted;
  const conditions = [
    ...prefixes.map(() => `${column} LIKE ? ESCAPE '|'`),
    ...(names.length === 0 ? [] : [`${column} IN (?)`]),
  ];
  const values = [
    ...prefixes.map((prefix) => [`${prefix.replaceAll(/[|%_]/g, (one) => `|${one}`)}%`]),
    ...(names.length === 0 ? [] : [[...names]]),
  ];
  return { sql: conditions.length === 0 ? 'FALSE' : `(${conditions.join(' OR ')})`, values };
}

/** The name of a database as grants have it, where `_` and `%` would match other characters. */
export function patternOf(database: string): string {
  return database.replaceAll(/[\\_%]/g, (one) => `\\${one}`);
}

/** As this program grants, and as somebody may have granted by hand. */
export const patternsOf = (database: string): string[] => [...new Set([patternOf(database), database])];

/** The database that a grant is for. A grant by hand may have it without escapes. */
export function databaseOf(pattern: string): string {
  return pattern.replaceAll(/\\([\\_%])/g, '$1');
}

/** `bob_app`@`localhost`. */
export function userAt(connection: DatabaseConnection, user: string, host: string): string {
  return `${connection.identifier(user)}@${connection.identifier(host)}`;
}

/** True if the server reported one of these errors. */
export function isReported(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof DatabaseError && codes.includes(error.reported);
}

export function missing(kind: 'database' | 'user', name: string): MachineError {
  return new MachineError('not_found', `MariaDB has no ${kind} named “${name}”.`);
}

export function taken(kind: 'database' | 'user', name: string): MachineError {
  return new MachineError('exists', `MariaDB already has a ${kind} named “${name}”. Choose another name.`);
}
