// --restore: replaces the store with a backup, completely or not at all.
import { closeSync, constants, copyFileSync, fchmodSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { ApiError, badParam } from '../core/errors.ts';
import { removeManifest, verifyBackup, type Backup, type Manifest } from './backup-file.ts';
import { Database } from './database.ts';
import { isSameKey, KeyRestore } from './restore-key.ts';
import { replaceOwnStore } from './restore-own.ts';
import type { RunningServer } from './running-servers.ts';
import { findSharedStore } from './shared-store-file.ts';
import type { StateDirectory } from './state-directory.ts';
import { unavailable } from './unavailable.ts';

export interface RestoreOptions {
  /** True if a store that contains data may be replaced. */
  readonly force: boolean;
  /** True if to check everything and replace nothing. */
  readonly dryRun: boolean;
  /** The time in the names of kept files: `20261125T120000Z`. */
  readonly stamp: string;
  /** A name that no other process uses. */
  readonly draft: string;
  readonly servers: readonly RunningServer[];
  /** Called after all checks, before anything is replaced. It writes the line of the audit log. */
  readonly begin: (manifest: Manifest) => Promise<void>;
  /** Writes a backup of a shared store to this file of the state directory. */
  readonly keepShared: (file: string) => Promise<void>;
}

export interface Restored {
  readonly manifest: Manifest;
  /** The files that contain what was replaced. */
  readonly kept: readonly string[];
  /** The number of unfinished operations in the backup. They are not resumed: this server has continued since. */
  readonly dropped: number;
  /** False if the key of this server cannot decrypt the secrets in the backup. */
  readonly hasKey: boolean;
}

/** Tables with short-lived data, which are not restored. Old sessions would log in people who have logged out since. */
const PASSING = [
  ...[
    'operation',
    'operation_step',
    'operation_lock',
    'session',
    'login_token',
    'external_login',
    'proven_identity',
  ],
  ...['task', 'task_timer'],
] as const;

/**
 * @throws ApiError `bad_param` if the file is not an intact backup of this kind of store, `busy` while other processes
 * use the store, `store_unavailable`.
 */
export async function restore(
  environment: Readonly<Record<string, string | undefined>>,
  directory: StateDirectory,
  file: string,
  options: RestoreOptions,
): Promise<Restored> {
  const [server] = options.servers;
  if (server !== undefined) {
    throw new ApiError(
      'busy',
      `The API server is running (${server.addresses.join(', ')}). Stop it first: systemctl stop ${server.role}`,
    );
  }
  const draft = directory.file(`store.db.${options.draft}.restoring`);
  try {
    // A copy is verified, because nobody else can change it.
    copyFileSync(resolve(file), draft, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    privateFile(draft);
    const backup = await verifyBackup(draft, file);
    const shared = findSharedStore(environment, directory);
    assertSameKind(backup.manifest, shared !== undefined);
    const dropped = strip(draft);
    const key = new KeyRestore(directory, backup.key, options.stamp);
    if (!options.force && shared !== undefined) key.assertNotReplaced();
    const replaced =
      shared === undefined
        ? await replaceOwnStore(directory, draft, { ...options, manifest: backup.manifest, key })
        : await (
            await import('./restore-shared.ts')
          ).replaceSharedStore({ ...shared, directory }, draft, {
            ...options,
            manifest: backup.manifest,
            key,
          });
    const kept = options.dryRun ? [] : [...replaced, ...key.kept()];
    return { manifest: backup.manifest, kept, dropped, hasKey: hasKeyOf(backup, directory) };
  } catch (error) {
    throw unavailable(error, resolve(file));
  } finally {
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(`${draft}${end}`, { force: true });
  }
}

function hasKeyOf({ manifest, key }: Backup, directory: StateDirectory): boolean {
  return key !== undefined || manifest.keyId === undefined || isSameKey(directory, manifest.keyId);
}

/** @throws ApiError `bad_param` */
function assertSameKind({ store }: Manifest, isShared: boolean): void {
  if (store === 'postgres' && !isShared) {
    throw badParam(
      'This backup is of a store that several servers share. Name its PostgreSQL database in store.url or WHMAPI1_STORE_URL, then restore.',
    );
  }
  if (store === 'sqlite' && isShared) {
    throw badParam(
      'This backup is of a server’s own store, but this server uses a shared store. Restore it in another state directory ' +
        '(WHMAPI1_STATE_DIR), and then move it with --migrate-store.',
    );
  }
}

/** Converts the backup to a store. @returns the number of unfinished operations. */
function strip(draft: string): number {
  const database = new Database(draft, { mustExist: true });
  try {
    database.pragma('journal_mode = DELETE');
    const operations = database.prepare('SELECT count(*) FROM operation').value() as number;
    for (const table of PASSING) {
      const isThere = database.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table);
      if (isThere !== undefined) database.exec(`DELETE FROM ${table}`);
    }
    removeManifest(database);
    database.pragma('journal_mode = WAL');
    return operations;
  } finally {
    database.close();
  }
}

/** Makes the copy private (a copied file keeps the mode of the backup) and flushes it to the disk. */
function privateFile(path: string): void {
  const descriptor = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    fchmodSync(descriptor, 0o600);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
