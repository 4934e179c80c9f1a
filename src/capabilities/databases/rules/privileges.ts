// The privileges that MariaDB’s users can have on a database.
import type { Param } from '../../../core/define.ts';
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';

export const ALL_PRIVILEGES = 'ALL PRIVILEGES';

/** By MariaDB’s own names, sorted. */
export const privileges = [
  ...['ALTER', 'ALTER ROUTINE', 'CREATE', 'CREATE ROUTINE', 'CREATE TEMPORARY TABLES', 'CREATE VIEW'],
  ...['DELETE', 'DROP', 'EVENT', 'EXECUTE', 'INDEX', 'INSERT', 'LOCK TABLES', 'REFERENCES', 'SELECT'],
  ...['SHOW VIEW', 'TRIGGER', 'UPDATE'],
] as const;

const known: ReadonlySet<string> = new Set(privileges);

export const privilegesParam = {
  type: 'string',
  maxLength: 1024,
  doc: 'ALL PRIVILEGES, or some, separated by commas: SELECT, INSERT, UPDATE.',
} as const satisfies Param;

/** @returns the names, or `ALL PRIVILEGES` alone. @throws ApiError `bad_param`. */
export function readPrivileges(param: string, given: string): string[] {
  const names = given.split(',').map((one) => one.trim().replace(/\s+/g, ' ').toUpperCase());
  if (names.some((one) => one === ALL_PRIVILEGES || one === 'ALL')) return [ALL_PRIVILEGES];
  const unknown = names.find((one) => !known.has(one));
  if (unknown !== undefined) {
    throw badParam(
      `The parameter “${param}” should be “${ALL_PRIVILEGES}”, or some of these, separated by commas: ` +
        `${privileges.join(', ')}. It has ${quote(unknown)}.`,
    );
  }
  return [...new Set(names)].sort();
}
