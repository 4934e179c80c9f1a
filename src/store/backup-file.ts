// A backup is one SQLite file: the unchanged tables of the store, and an additional table with a manifest.
import { createHash } from 'node:crypto';
import { ApiError } from '../core/errors.ts';
import { Database } from './database.ts';
import { faultsOf } from './inspect.ts';
import { differing, digestsOf, rowsOf, tablesOf, verbatim, type Moved, type Table } from './move.ts';
import { schemaVersion } from './schema-version.generated.ts';
import { SQLITE, sqliteCode } from './sqlite-code.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { unavailable } from './unavailable.ts';

const FORMAT = 1;
const TABLE = 'whmapi1_backup';

export interface Manifest {
  readonly format: number;
  /** The version of the program that created the backup. */
  readonly version: string;
  readonly schema: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** The server’s hostname. */
  readonly server: string;
  readonly stateDirectory: string;
  readonly store: 'sqlite' | 'postgres';
  /**
   * The ID of the key that encrypted the secrets (hexadecimal). It distinguishes keys, but reveals nothing of the key.
   * Absent without a key.
   */
  readonly keyId?: string;
  readonly holdsKey: boolean;
  readonly tables: readonly Moved[];
}

export interface Backup {
  readonly manifest: Manifest;
  readonly key: Uint8Array | undefined;
}

/** Returns the tables of the store, without the additional table of the backup. */
export function storeTables(database: Database): Table[] {
  return tablesOf(database).filter(({ name }) => name !== TABLE);
}

export function digestTables(database: Database): Promise<Moved[]> {
  const db = verbatim(new SqliteConnection(database));
  return digestsOf(storeTables(database), (table) => rowsOf(db, table));
}

/** Adds the manifest and the key to the tables of a store. */
export function writeManifest(database: Database, manifest: Manifest, key: Uint8Array | undefined): void {
  const text = JSON.stringify(manifest);
  database.transaction(() => {
    database.exec(`CREATE TABLE ${TABLE} (name TEXT NOT NULL PRIMARY KEY, value ANY NOT NULL) STRICT`);
    const insert = database.prepare(`INSERT INTO ${TABLE} (name, value) VALUES (?, ?)`);
    insert.run('manifest', text);
    insert.run('digest', digestOf(text, key));
    if (key !== undefined) insert.run('key', key);
  });
}

/** Removes the manifest and the key, so that the file is a store again. Nothing of the key stays in free pages. */
export function removeManifest(database: Database): void {
  database.pragma('secure_delete = ON');
  database.exec(`DROP TABLE ${TABLE}`);
  database.exec('VACUUM');
}

/**
 * Reads a backup and checks the digests in its manifest. `shown` is its name in messages.
 * @throws ApiError `bad_param` if the file is not a backup, is damaged, or is from a newer version.
 */
export async function verifyBackup(path: string, shown: string): Promise<Backup> {
  let database: Database | undefined;
  try {
    database = new Database(path, { readOnly: true });
    return await verify(database, shown);
  } catch (error) {
    const code = sqliteCode(error);
    if (code === SQLITE.NOTADB) throw notABackup(shown);
    if (code === SQLITE.CORRUPT) throw damaged(shown, 'its pages');
    throw unavailable(error, shown);
  } finally {
    database?.close();
  }
}

async function verify(database: Database, shown: string): Promise<Backup> {
  const isThere = database.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(TABLE);
  if (isThere === undefined) throw notABackup(shown);
  const faults = faultsOf(database);
  if (faults.length > 0) throw damaged(shown, faults[0] ?? '');
  const select = database.prepare(`SELECT value FROM ${TABLE} WHERE name = ?`);
  const text = select.value('manifest') as string;
  const key = select.value('key') as Uint8Array | undefined;
  if (select.value('digest') !== digestOf(text, key)) throw damaged(shown, 'its manifest');
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.format !== FORMAT || manifest.schema > schemaVersion) {
    throw new ApiError(
      'bad_param',
      `“${shown}” was created by a newer whmapi1 (${manifest.version}, schema ${manifest.schema}; this program knows ` +
        `${schemaVersion}). Install that version first.`,
    );
  }
  const different = differing(manifest.tables, await digestTables(database));
  if (different !== '') throw damaged(shown, different);
  return { manifest, key };
}

function digestOf(manifest: string, key: Uint8Array | undefined): string {
  return createHash('sha256')
    .update(manifest)
    .update(key ?? '')
    .digest('hex');
}

function notABackup(shown: string): ApiError {
  return new ApiError('bad_param', `“${shown}” is not a backup of whmapi1. Name a file that --backup wrote.`);
}

function damaged(shown: string, what: string): ApiError {
  return new ApiError('bad_param', `“${shown}” is damaged (${what}). Use another backup.`);
}

export const BACKUP_FORMAT = FORMAT;
