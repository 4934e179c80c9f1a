// SQLite files that daemons read or write: the identities of Dovecot, the triplets of Exim’s greylist.
import type { SqlValue } from './context.ts';
import type { FileAttributes } from './machine-daemons.ts';

/** An open file. Each method runs one statement, whose `?` are the values. */
export interface SqliteFile {
  all<Row>(sql: string, ...values: readonly SqlValue[]): Row[];
  /** @returns the number of changed rows. */
  run(sql: string, ...values: readonly SqlValue[]): number;
}

export interface NewSqliteFile {
  /** Statements that create what is missing: `CREATE TABLE IF NOT EXISTS …`. */
  readonly schema: string;
  readonly attributes: FileAttributes;
}

/** Files below the declared directories, which belong to root. Paths are checked as in `MachineFiles`. */
export interface MachineSqlite {
  /**
   * Creates the file if it is missing, and does the work in one transaction, which is on the disk at the end.
   * @throws MachineError `failed` for a link, or if the daemon holds the file for five seconds; `full` if the disk is
   * full. Nothing has changed then.
   */
  change<T>(path: string, made: NewSqliteFile, work: (file: SqliteFile) => T): Promise<T>;
  /** Reads one state of the file. Undefined if there is none. @throws MachineError `failed`. */
  read<T>(path: string, work: (file: SqliteFile) => T): Promise<T | undefined>;
}
