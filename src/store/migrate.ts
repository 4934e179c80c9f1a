// Brings a database up to the program's schema: numbered steps, each in its own transaction. A new database gets the
// result of all steps in one.
import type { Database } from './database.ts';
import { migrations } from './migrations.generated.ts';
import { schemaVersion } from './schema-version.generated.ts';
import { schema } from './schema.generated.ts';
import { SQLITE, sqliteCode } from './sqlite-code.ts';
import type { StateDirectory } from './state-directory.ts';

/** Processes that migrate at the same time take turns. Each step runs once. */
export async function migrate(database: Database, directory: StateDirectory): Promise<void> {
  await enterWal(database);
  const versionOf = () => database.pragma('user_version') as number;
  const step = (version: number, sql: string, isDue: () => boolean) => {
    database.transaction(() => {
      if (!isDue()) return;
      database.exec(sql);
      database.pragma(`user_version = ${version}`);
    }, 'BEGIN IMMEDIATE');
  };
  step(schemaVersion, schema, () => versionOf() === 0);
  const reached = versionOf();
  for (const { version, sql } of migrations) {
    if (version > reached) step(version, sql, () => versionOf() < version);
  }
  directory.sync();
}

/** SQLite does not wait for other processes when it changes the journal mode, so this function does. */
async function enterWal(database: Database): Promise<void> {
  const pause = 20;
  for (let waited = 0; ; waited += pause) {
    try {
      database.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (sqliteCode(error) !== SQLITE.BUSY || waited > 15_000) throw error;
      await new Promise((resume) => setTimeout(resume, pause));
    }
  }
}
