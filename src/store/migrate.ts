// Brings a database up to the program's schema: numbered steps, each in its own transaction. A new database gets the
// result of all steps in one.
import type Database from 'better-sqlite3';
import { migrations } from './migrations.generated.ts';
import { schemaVersion } from './schema-version.generated.ts';
import { schema } from './schema.generated.ts';
import type { StateDirectory } from './state-directory.ts';

/** Processes that migrate at the same time take turns. Each step runs once. */
export async function migrate(database: Database.Database, directory: StateDirectory): Promise<void> {
  await enterWal(database);
  const versionOf = () => database.pragma('user_version', { simple: true }) as number;
  const step = (version: number, sql: string, isDue: () => boolean) => {
    database
      .transaction(() => {
        if (!isDue()) return;
        database.exec(sql);
        database.pragma(`user_version = ${version}`);
      })
      .immediate();
  };
  step(schemaVersion, schema, () => versionOf() === 0);
  const reached = versionOf();
  for (const { version, sql } of migrations) {
    if (version > reached) step(version, sql, () => versionOf() < version);
  }
  directory.sync();
}

/** SQLite does not wait for other processes when it changes the journal mode, so this function does. */
async function enterWal(database: Database.Database): Promise<void> {
  const pause = 20;
  for (let waited = 0; ; waited += pause) {
    try {
      database.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY') !== true || waited > 15_000)
        throw error;
      await new Promise((resume) => setTimeout(resume, pause));
    }
  }
}
