// Brings a database up to the program's schema: numbered steps, each in its own transaction.
import type Database from 'better-sqlite3';
import { migrations } from './migrations.generated.ts';
import type { StateDirectory } from './state-directory.ts';

/** Processes that migrate at the same time take turns. Each step runs once. */
export async function migrate(database: Database.Database, directory: StateDirectory): Promise<void> {
  await enterWal(database);
  for (const { version, sql } of migrations) {
    database
      .transaction(() => {
        if ((database.pragma('user_version', { simple: true }) as number) >= version) return;
        database.exec(sql);
        database.pragma(`user_version = ${version}`);
      })
      .immediate();
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
