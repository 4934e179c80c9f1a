// --backup: a copy of the store as it was at one moment, in a separate file.
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ApiError, badParam, notFound } from '../core/errors.ts';
import {
  BACKUP_FORMAT,
  digestTables,
  storeTables,
  verifyBackup,
  writeManifest,
  type Manifest,
} from './backup-file.ts';
import { Database } from './database.ts';
import { inspectStore, type InspectedStore } from './inspect.ts';
import { migrations } from './migrations.generated.ts';
import { copyTable, verbatim } from './move.ts';
import { KEY_FILE } from './sealer-file.ts';
import { idOf } from './sealer.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import type { StateDirectory } from './state-directory.ts';
import { unavailable } from './unavailable.ts';

export interface BackupOptions {
  readonly withKey: boolean;
  /** True if an existing file may be replaced. */
  readonly force: boolean;
  readonly version: string;
  readonly hostname: string;
  /** Milliseconds since 1970-01-01. */
  readonly now: number;
  /** A name that no other process uses. */
  readonly draft: string;
  /** What only the machine knows (`ground/rules/machine-copies.ts`). */
  readonly copies: readonly MachineCopy[];
}

/** A row of `machine_copy`. */
interface MachineCopy {
  readonly kind: string;
  readonly name: string;
  readonly username: string;
  /** Encrypted. */
  readonly sealed: Uint8Array;
}

/**
 * Writes a backup with every change that was acknowledged before it began. Calls continue meanwhile.
 * @throws ApiError `not_found` if there is no store yet, `bad_param` if the file cannot be written there,
 * `store_unavailable`.
 */
export async function backUp(
  environment: Readonly<Record<string, string | undefined>>,
  directory: StateDirectory,
  file: string,
  options: BackupOptions,
): Promise<Manifest> {
  const path = resolve(file);
  assertPlace(path, options.force);
  const key = readKey(directory);
  if (options.withKey && key === undefined) {
    throw notFound(
      `There is no key to include: “${directory.file(KEY_FILE)}” does not exist yet. Omit --with-key.`,
    );
  }
  const store = await inspectStore(environment, directory);
  if (store === undefined) throw notFound('There is no store yet, so there is nothing to back up.');
  const draft = `${path}.${options.draft}.new`;
  try {
    // Created here, so that the file is private from the start.
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    closeSync(openSync(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600));
    const manifest = await write(store, draft, key, directory.path, options);
    flush(draft);
    await verifyBackup(draft, file);
    if (options.force) renameSync(draft, path);
    else place(draft, path);
    flush(dirname(path));
    return manifest;
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') throw exists(path);
    throw unavailable(error, path);
  } finally {
    await store.close();
    rmSync(draft, { force: true });
    rmSync(`${draft}-journal`, { force: true });
  }
}

/** link(2) never replaces a file, but some file systems do not support it. */
function place(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes((error as { code?: string }).code ?? '')) throw error;
    renameSync(draft, path);
  }
}

async function write(
  store: InspectedStore,
  draft: string,
  key: Buffer | undefined,
  stateDirectory: string,
  { withKey, version, hostname, now, copies }: BackupOptions,
): Promise<Manifest> {
  if (store.kind === 'sqlite') copySqlite(store.name, draft);
  else await copyPostgres(store, draft);
  const database = new Database(draft, { mustExist: true });
  try {
    database.pragma('journal_mode = DELETE');
    database.pragma('synchronous = FULL');
    if (store.isCurrent) addCopies(database, store.db.server, copies);
    const manifest: Manifest = {
      format: BACKUP_FORMAT,
      version,
      schema: store.schemaVersion,
      time: new Date(now).toISOString(),
      server: hostname,
      stateDirectory,
      store: store.kind,
      ...(key === undefined ? {} : { keyId: idOf(key).toString('hex') }),
      holdsKey: withKey,
      tables: await digestTables(database),
    };
    writeManifest(database, manifest, withKey ? key : undefined);
    return manifest;
  } finally {
    database.close();
  }
}

/** A copy of an earlier backup stays if the machine has nothing newer, because it was not used yet. */
function addCopies(database: Database, server: string, copies: readonly MachineCopy[]): void {
  database.transaction(() => {
    const insert = database.prepare(
      'INSERT OR REPLACE INTO machine_copy (server, kind, name, username, sealed) VALUES (?, ?, ?, ?, ?)',
    );
    for (const { kind, name, username, sealed } of copies) insert.run(server, kind, name, username, sealed);
  });
}

/**
 * VACUUM INTO reads in one transaction and blocks no other process (SQLite, “VACUUM”). Unlike the page-by-page backup
 * API, it does not start again when others write, and it does not copy deleted content.
 */
export function copySqlite(from: string, to: string): void {
  const database = new Database(from, { mustExist: true, busyTimeoutMs: 15_000 });
  try {
    database.prepare('VACUUM INTO ?').run(to);
  } finally {
    database.close();
  }
}

/** Copies the tables in the schema of SQLite. Rows keep the names of their servers. */
async function copyPostgres({ db, name, isCurrent }: InspectedStore, to: string): Promise<void> {
  if (!isCurrent) {
    throw new ApiError(
      'store_unavailable',
      `The store “${name}” has the schema of another version. Run a call such as \`whmapi1 list_users\` first, which upgrades it.`,
    );
  }
  const database = new Database(to, { mustExist: true });
  try {
    for (const { version, sql } of migrations) {
      database.exec(sql);
      database.pragma(`user_version = ${version}`);
    }
    database.exec('BEGIN');
    const copy = verbatim(new SqliteConnection(database));
    for (const table of storeTables(database)) await copyTable(verbatim(db), copy, table);
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}

export function readKey(directory: StateDirectory): Buffer | undefined {
  if (!existsSync(directory.file(KEY_FILE))) return undefined;
  const descriptor = directory.open(KEY_FILE, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** @throws ApiError `bad_param` */
export function assertPlace(path: string, force: boolean): void {
  const folder = dirname(path);
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true)
    throw badParam(`The folder “${folder}” does not exist. Create it first.`);
  if ((stats.mode & 0o002) !== 0 && (stats.mode & 0o1000) === 0) {
    throw badParam(`Every user can change files in “${folder}”. Choose another folder for the backup.`);
  }
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isFile()) throw badParam(`“${path}” is not an ordinary file. Choose another name.`);
  if (!force) throw exists(path);
}

function exists(path: string): ApiError {
  return badParam(`“${path}” already exists. Choose another name, or add --force to replace it.`);
}

export function flush(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
