// Brings a database up to the program's schema: numbered steps, each in its own transaction. A new database gets the
// result of all steps in one.
import type { Database } from './database.ts';
import { migrations } from './migrations.generated.ts';
import { schemaVersion } from './schema-version.generated.ts';
import { schema } from './schema.generated.ts';
import { SQLITE, sqliteCode } from './sqlite-code.ts';
import type { StateDirectory } from './state-directory.ts';

interface Place {
  readonly directory: StateDirectory;
  readonly file: string;
  /** True if no other connection is possible, because the disk has no space for its files. */
  readonly isAlone: boolean;
}

/** Processes that migrate at the same time take turns. Each step runs once. A store with data is copied before. */
export async function migrate(database: Database, { directory, file, isAlone }: Place): Promise<void> {
  await enterWal(database);
  const versionOf = () => database.pragma('user_version') as number;
  const run = (version: number, sql: string) => {
    database.exec(sql);
    database.pragma(`user_version = ${version}`);
  };
  const step = (version: number, sql: string, isDue: () => boolean) => {
    database.transaction(() => {
      if (isDue()) run(version, sql);
    }, 'BEGIN IMMEDIATE');
  };
  step(schemaVersion, schema, () => versionOf() === 0);
  const reached = versionOf();
  const due = migrations.filter(({ version }) => version > reached);
  const [first] = due;
  if (first === undefined) {
    directory.sync();
    return;
  }
  const { copyBeforeUpgrade, noSpaceForCopy, removeOldCopies } = await import('./upgrade-copy.ts');
  if (isAlone) throw noSpaceForCopy(directory.file(file));
  // From here to the end of the first step, no other process changes the store.
  database.exec('BEGIN IMMEDIATE');
  let forget: (() => void) | undefined;
  try {
    if (versionOf() === reached) {
      forget = await copyBeforeUpgrade(directory, file, reached);
      run(first.version, first.sql);
    }
    database.exec('COMMIT');
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    forget?.();
    throw error;
  }
  for (const { version, sql } of due) step(version, sql, () => versionOf() < version);
  // Others read the number of the schema in the file itself (the package, before it is replaced).
  database.pragma('wal_checkpoint(PASSIVE)');
  removeOldCopies(directory);
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
