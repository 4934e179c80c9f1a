// Replaces this server's own store with a restored SQLite file.
import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync } from 'node:fs';
import { ApiError } from '../core/errors.ts';
import type { Manifest } from './backup-file.ts';
import { digestTables } from './backup-file.ts';
import { Database } from './database.ts';
import { openForReading } from './inspect.ts';
import type { KeyRestore } from './restore-key.ts';
import type { RestoreOptions } from './restore.ts';
import { schema } from './schema.generated.ts';
import { SQLITE, sqliteCode } from './sqlite-code.ts';
import { STORE_FILE, type StateDirectory } from './state-directory.ts';

/**
 * What a server writes when it starts, when somebody logs in or fails to, and when it prepares itself for a profile, before
 * anybody has stored something on it.
 */
const BEGINNINGS: ReadonlySet<string> = new Set([
  ...['task', 'task_timer', 'setting', 'operation', 'operation_lock', 'operation_step'],
  ...['session', 'login_token', 'last_login', 'login_failure', 'address_block', 'user_block'],
  ...['active_profile', 'dns_server', 'php_server', 'php_handler', 'service_trouble'],
]);

/** How long other processes may take to finish their work with the store. */
const BUSY_TIMEOUT_MS = 5_000;

interface Replacing extends RestoreOptions {
  readonly manifest: Manifest;
  readonly key: KeyRestore;
}

/**
 * The present file is kept under another name. If the process ends in the middle, either the old or the new store is
 * there.
 * @returns the files that are kept.
 * @throws ApiError `bad_param` if the store contains data and `force` is not set.
 */
export async function replaceOwnStore(
  directory: StateDirectory,
  draft: string,
  { force, dryRun, stamp, manifest, key, begin }: Replacing,
): Promise<string[]> {
  const path = directory.file(STORE_FILE);
  if (!force) {
    // Nothing that is encrypted with the key of an empty store is of value. The key is kept under another name.
    if (existsSync(path)) await assertEmpty(path);
    else key.assertNotReplaced();
  }
  if (dryRun) return [];
  flush(draft);
  const lock = existsSync(path) ? takeOver(path) : undefined;
  try {
    await begin(manifest);
    key.prepare();
    const kept = existsSync(path) ? keep(path, `${path}.before-restore-${stamp}`, lock !== undefined) : [];
    renameSync(draft, path);
    directory.sync();
    key.finish();
    return kept;
  } finally {
    lock?.close();
  }
}

/** The second name of the file is created before the first one changes, so that there is a store at every moment. */
function keep(path: string, kept: string, isWhole: boolean): string[] {
  linkSync(path, kept);
  // A damaged store might have a log that could not be applied. It must not be applied to the new store.
  for (const end of isWhole ? [] : ['-wal', '-shm']) {
    if (existsSync(`${path}${end}`)) renameSync(`${path}${end}`, `${kept}${end}`);
  }
  return [kept];
}

/**
 * Returns the store, locked for this process alone, with all data in one file; undefined if it is too damaged to be
 * locked.
 * @throws ApiError `busy` while another process has it open.
 */
function takeOver(path: string): Database | undefined {
  const database = new Database(path, { mustExist: true, busyTimeoutMs: BUSY_TIMEOUT_MS });
  try {
    // In this mode, SQLite waits until all others have closed the file. After that, no other process can open it.
    database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = DELETE');
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    const code = sqliteCode(error);
    if (code === SQLITE.BUSY || code === SQLITE.LOCKED) {
      throw new ApiError(
        'busy',
        `Another process is using “${path}”. Stop the API server (systemctl stop whmapi1d) and wait for calls to end. fuser shows who has it open.`,
      );
    }
    if (code === SQLITE.NOTADB || code === SQLITE.CORRUPT || code === SQLITE.IOERR) return undefined;
    throw error;
  }
}

/** @throws ApiError `bad_param` */
async function assertEmpty(path: string): Promise<void> {
  let isEmpty: boolean;
  try {
    const database = openForReading(path);
    const fresh = new Database(':memory:');
    try {
      fresh.exec(schema);
      const isUnused = database.pragma('user_version') === 0;
      const [initial, present] = [await digestTables(fresh), await digestTables(database)];
      const other = present
        .filter(({ table, digest }) => digest !== initial.find((one) => one.table === table)?.digest)
        .map(({ table }) => table);
      isEmpty = isUnused || other.every((table) => BEGINNINGS.has(table));
    } finally {
      fresh.close();
      database.close();
    }
  } catch {
    isEmpty = false;
  }
  if (isEmpty) return;
  throw new ApiError(
    'bad_param',
    `The store “${path}” is not empty. Add --force to replace it. The present store is kept as ${STORE_FILE}.before-restore-TIME.`,
  );
}

function flush(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
