// New installations of the tests begin with a copy of a store without content.
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { StateDirectory, STORE_FILE } from '../../src/store/state-directory.ts';

const FOLDER = 'WHMAPI1_TEST_NEW_STORE';

/** Creates the store before the tests run. Their processes inherit its place. */
export async function createNewStore(folder: string): Promise<void> {
  const directory = new StateDirectory(folder, process.getuid?.() ?? 0);
  const database = new Database(directory.file(STORE_FILE));
  await migrate(database, { directory, file: STORE_FILE, isAlone: false });
  // SQLite writes everything into this file, and removes its companions.
  database.close();
  chmodSync(directory.file(STORE_FILE), 0o600);
  process.env[FOLDER] = folder;
}

/** Copies it into a new state directory. Other suites, such as those on PostgreSQL, have no such store. */
export function copyNewStore(state: string): void {
  const folder = process.env[FOLDER];
  if (folder === undefined) return;
  mkdirSync(state, { recursive: true, mode: 0o700 });
  copyFileSync(join(folder, STORE_FILE), join(state, STORE_FILE));
}
