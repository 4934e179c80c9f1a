// Opens a store only to read it: it is neither created nor brought up to a newer schema.
import { existsSync } from 'node:fs';
import type { Db } from '../core/context.ts';
import { Database } from './database.ts';
import { schemaVersion } from './schema-version.generated.ts';
import { findSharedStore } from './shared-store-file.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { STORE_FILE, type StateDirectory } from './state-directory.ts';
import { unavailable } from './unavailable.ts';

export interface InspectedStore {
  readonly kind: 'sqlite' | 'postgres';
  /** The path of the file, or the address of the database without a password. */
  readonly name: string;
  readonly schemaVersion: number;
  /** True if the schema is the one of this program. */
  readonly isCurrent: boolean;
  /** Only for reading. */
  readonly db: Db;
  /** The faults that SQLite's integrity_check reports. Always empty for PostgreSQL, which checks its own pages. */
  faults(): string[];
  close(): Promise<void>;
}

export interface InspectOptions {
  /** The time limit of each statement with PostgreSQL (milliseconds). */
  readonly answerLimitMs?: number;
}

const BUSY_TIMEOUT_MS = 15_000;

/** Returns undefined if there is no store yet. @throws ApiError if the store cannot be opened. */
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
    const version = database.pragma('user_version') as number;
    if (version === 0) {
      database.close();
      return undefined;
    }
    return {
      kind: 'sqlite',
      name: path,
      schemaVersion: version,
      isCurrent: version === schemaVersion,
      db: new SqliteConnection(database),
      faults: () => faultsOf(database),
      close: async () => database.close(),
    };
  } catch (error) {
    throw unavailable(error, path);
  }
}

/**
 * Opens the store as calls open it, so that SQLite removes its -wal and -shm files as usual, but forbids writing.
 * @throws errors of SQLite.
 */
export function openForReading(path: string): Database {
  const database = new Database(path, { mustExist: true, busyTimeoutMs: BUSY_TIMEOUT_MS });
  try {
    database.pragma('query_only = ON');
    // Opening alone does not read the file.
    database.pragma('user_version');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Returns the faults in the database's pages and indexes; an empty list if there are none. */
export function faultsOf(database: Database): string[] {
  try {
    const rows = database.prepare('PRAGMA integrity_check(5)').values() as string[];
    return rows.filter((row) => row !== 'ok');
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
