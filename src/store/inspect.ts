// A store that is only looked at: it is neither created nor brought up to a newer schema.
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Db } from '../core/context.ts';
import { schemaVersion } from './schema-version.generated.ts';
import { findSharedStore } from './shared-store-file.ts';
import { SqliteConnection, STORE_FILE } from './sqlite.ts';
import type { StateDirectory } from './state-directory.ts';
import { unavailable } from './unavailable.ts';

export interface InspectedStore {
  readonly kind: 'sqlite' | 'postgres';
  /** Its path, or where the database is, without a password. */
  readonly name: string;
  readonly schemaVersion: number;
  /** True if the schema is the one of this program. */
  readonly isCurrent: boolean;
  /** Reads only. */
  readonly db: Db;
  /** What SQLite's integrity_check reports; none for PostgreSQL, which checks its own pages. */
  faults(): string[];
  close(): Promise<void>;
}

export interface InspectOptions {
  /** How long PostgreSQL is waited for with each statement (milliseconds). */
  readonly answerLimitMs?: number;
}

const BUSY_TIMEOUT_MS = 15_000;

/** Undefined if there is no store yet. @throws ApiError if there is one that cannot be opened. */
export async function inspectStore(
  environment: Readonly<Record<string, string | undefined>>,
  directory: StateDirectory,
  options: InspectOptions = {},
): Promise<InspectedStore | undefined> {
  const shared = findSharedStore(environment, directory);
  if (shared !== undefined) {
    const { inspectPostgres } = await import('./postgres/inspect.ts');
    return inspectPostgres(shared, options);
  }
  const path = directory.file(STORE_FILE);
  if (!existsSync(path)) return undefined;
  try {
    const database = openForReading(path);
    const version = database.pragma('user_version', { simple: true }) as number;
    if (version === 0) {
      database.close();
      return undefined;
    }
    return {
      kind: 'sqlite',
      name: path,
      schemaVersion: version,
      isCurrent: version === schemaVersion,
      db: new SqliteConnection(database, new Map()),
      faults: () => faultsOf(database),
      close: async () => void database.close(),
    };
  } catch (error) {
    throw unavailable(error, path);
  }
}

/**
 * Opened as calls open it, so that SQLite removes its -wal and -shm files as usual, but nothing can be written.
 * @throws what SQLite throws.
 */
export function openForReading(path: string): Database.Database {
  const database = new Database(path, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    database.pragma('query_only = ON');
    // Opening reads nothing of the file.
    database.pragma('user_version');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** What is wrong with the database's pages and indexes; none if it is whole. */
export function faultsOf(database: Database.Database): string[] {
  try {
    const rows = database.prepare('PRAGMA integrity_check(5)').pluck().all() as string[];
    return rows.filter((row) => row !== 'ok');
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
