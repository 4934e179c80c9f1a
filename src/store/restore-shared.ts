// Replaces the contents of a shared store with a backup, in one transaction.
import type { Db } from '../core/context.ts';
import { ApiError } from '../core/errors.ts';
import { digestTables, storeTables, type Manifest } from './backup-file.ts';
import { Database } from './database.ts';
import { migrations } from './migrations.generated.ts';
import { copyTable, differing, digestsOf, rowsOf, stayIdle, verbatim } from './move.ts';
import { inspectPostgres } from './postgres/inspect.ts';
import { assertNotNewer } from './postgres/migrate.ts';
import type { KeyRestore } from './restore-key.ts';
import type { RestoreOptions } from './restore.ts';
import type { SharedStoreName } from './shared-store-file.ts';
import { SharedStore, type SharedStoreOptions } from './shared-store.ts';
import { SqliteConnection } from './sqlite-connection.ts';

interface Replacing extends RestoreOptions {
  readonly manifest: Manifest;
  readonly key: KeyRestore;
}

/**
 * Before anything is replaced, the present contents are backed up in the state directory.
 * @returns the files that are kept.
 * @throws ApiError `bad_param` if the store contains data and `force` is not set.
 */
export async function replaceSharedStore(
  { directory, ...shared }: Omit<SharedStoreOptions, 'livesLong'>,
  draft: string,
  { force, dryRun, stamp, manifest, key, begin, keepShared }: Replacing,
): Promise<string[]> {
  const backup = new Database(draft, { mustExist: true });
  const fresh = new Database(':memory:');
  const store = new SharedStore({ ...shared, directory, livesLong: false });
  try {
    for (const { version, sql } of migrations) {
      fresh.exec(sql);
      // A backup of an older version gets the tables of this version.
      if (version > manifest.schema) backup.exec(sql);
    }
    const tables = storeTables(fresh);
    const beginnings = await digestTables(fresh);
    const kept = directory.file(`store.before-restore-${stamp}.backup`);
    const from = verbatim(new SqliteConnection(backup));
    // In one transaction, so that no other server changes anything between the backup of the contents and the restore.
    const isUnused = async (db: Db) =>
      differing(beginnings, await digestsOf(tables, (table) => rowsOf(verbatim(db), table))) === '';
    if (dryRun) {
      await assertReplaceable(shared, force, isUnused);
      return [];
    }
    const isEmpty = await store.transaction('changes', async (db) => {
      await stayIdle(db);
      const hasNothing = await isUnused(db);
      if (!hasNothing && !force) throw notEmpty();
      if (!hasNothing) await keepShared(kept);
      await begin(manifest);
      key.prepare();
      for (const table of tables) await copyTable(from, verbatim(db), table);
      const copied = await digestsOf(tables, (table) => rowsOf(verbatim(db), table));
      const different = differing(await digestTables(backup), copied);
      if (different !== '') throw new Error(`The copy differs from the backup: ${different}.`);
      return { value: hasNothing, keep: true };
    });
    key.finish();
    return isEmpty ? [] : [kept];
  } finally {
    store.close();
    fresh.close();
    backup.close();
  }
}

/** Only reads: it creates no tables, and does not migrate an older schema. @throws ApiError */
async function assertReplaceable(
  shared: SharedStoreName,
  force: boolean,
  isUnused: (db: Db) => Promise<boolean>,
): Promise<void> {
  const store = await inspectPostgres(shared);
  if (store === undefined) return;
  try {
    assertNotNewer(store.schemaVersion, store.name);
    if (!force && !(store.isCurrent && (await isUnused(store.db)))) throw notEmpty();
  } finally {
    await store.close();
  }
}

function notEmpty(): ApiError {
  return new ApiError(
    'bad_param',
    'The shared store is not empty. Add --force to replace the data of all its servers. A backup of the present data is kept in the state directory.',
  );
}
