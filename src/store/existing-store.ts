// Reads this server's own store for a convenience such as the Tab key. It creates, migrates and changes nothing, and
// gives up soon. Calls use SqliteStore.
import { closeSync, constants, statSync } from 'node:fs';
import type { Db, SqlValue } from '../core/context.ts';
import { Database } from './database.ts';
import { schemaVersion } from './schema-version.generated.ts';
import { findSharedStore } from './shared-store-file.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { StateDirectory, STORE_FILE } from './state-directory.ts';

const BUSY_TIMEOUT_MS = 200;

/**
 * @returns undefined if the directory has no store of this version, or if the server uses a shared store.
 * @throws errors of SQLite and the file system, and ApiError `store_insecure`.
 */
export async function readExistingStore<Result>(
  environment: Readonly<Record<string, string | undefined>>,
  path: string,
  userId: number,
  work: (db: Db) => Promise<Result>,
): Promise<Result | undefined> {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  const directory = new StateDirectory(path, userId);
  if (findSharedStore(environment, directory) !== undefined) return undefined;
  closeSync(directory.open(STORE_FILE, constants.O_RDWR | constants.O_NOFOLLOW));
  // Not `readonly`, which would leave the files of the write-ahead log behind: the last connection removes them.
  const database = new Database(directory.file(STORE_FILE), {
    mustExist: true,
    busyTimeoutMs: BUSY_TIMEOUT_MS,
  });
  try {
    database.exec('PRAGMA query_only = 1');
    if (database.pragma('user_version') !== schemaVersion) return undefined;
    return await work(readerOf(database));
  } finally {
    database.close();
  }
}

function readerOf(database: Database): Db {
  return {
    dialect: sqliteDialect,
    server: '',
    get: async <Row>(sql: string, ...values: SqlValue[]) =>
      database.prepare(sql).get(...values) as Row | undefined,
    all: async <Row>(sql: string, ...values: SqlValue[]) => database.prepare(sql).all(...values) as Row[],
    run: async () => {
      throw new TypeError('This store is only read.');
    },
  };
}
