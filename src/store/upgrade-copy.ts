// A copy of a server's own store from before its upgrade to a newer schema: a backup, which `--restore` accepts.
import { closeSync, constants, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { ApiError } from '../core/errors.ts';
import { systemErrorCode } from '../core/machine-error.ts';
import { BACKUP_FORMAT, digestTables, verifyBackup, writeManifest } from './backup-file.ts';
import { copySqlite, flush, readKey } from './backup.ts';
import { Database } from './database.ts';
import { idOf } from './sealer.ts';
import { sqliteCode, SQLITE } from './sqlite-code.ts';
import type { StateDirectory } from './state-directory.ts';
import { unavailable } from './unavailable.ts';
import { copiesIn, copyNameOf } from './upgrade-copies.ts';

/** The copies that are kept: those of the last upgrades. */
const KEPT = 2;

/**
 * The caller holds SQLite's lock for writing, so the copy has every change that was acknowledged.
 * @returns how to remove it, for an upgrade that changed nothing.
 * @throws ApiError `store_unavailable`, for example if the disk has no space for it.
 */
export async function copyBeforeUpgrade(
  directory: StateDirectory,
  file: string,
  schema: number,
): Promise<() => void> {
  const name = copyNameOf(schema);
  const [path, draft] = [directory.file(name), directory.file(`${name}.new`)];
  const wasThere = existsSync(path);
  try {
    rmSync(draft, { force: true });
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    closeSync(directory.open(`${name}.new`, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW));
    copySqlite(directory.file(file), draft);
    await describe(directory, draft, schema);
    flush(draft);
    await verifyBackup(draft, draft);
    renameSync(draft, path);
    directory.sync();
  } catch (error) {
    throw withoutCopy(error, { store: directory.file(file), copy: path });
  } finally {
    for (const end of ['', '-journal']) rmSync(`${draft}${end}`, { force: true });
  }
  return () => {
    if (!wasThere) rmSync(path, { force: true });
  };
}

/** Removes all but the newest copies. */
export function removeOldCopies(directory: StateDirectory): void {
  for (const { name } of copiesIn(directory.path).slice(KEPT)) rmSync(directory.file(name), { force: true });
}

async function describe(directory: StateDirectory, draft: string, schema: number): Promise<void> {
  const key = readKey(directory);
  const database = new Database(draft, { mustExist: true });
  try {
    database.pragma('journal_mode = DELETE');
    database.pragma('synchronous = FULL');
    const manifest = {
      format: BACKUP_FORMAT,
      ...{
        version: 'before its upgrade',
        schema,
        time: statSync(draft).mtime.toISOString(),
        server: hostname(),
      },
      stateDirectory: directory.path,
      store: 'sqlite' as const,
      ...(key === undefined ? {} : { keyId: idOf(key).toString('hex') }),
      holdsKey: false,
      tables: await digestTables(database),
    };
    writeManifest(database, manifest, undefined);
  } finally {
    database.close();
  }
}

function withoutCopy(
  error: unknown,
  { store, copy }: { readonly store: string; readonly copy: string },
): unknown {
  const isFull = sqliteCode(error) === SQLITE.FULL || systemErrorCode(error) === 'ENOSPC';
  if (isFull) return noSpaceForCopy(store, error);
  return unavailable(error, sqliteCode(error) === undefined ? copy : store);
}

/** @param store the path of the database. */
export function noSpaceForCopy(store: string, cause?: unknown): ApiError {
  const mib = Math.ceil((statSync(store, { throwIfNoEntry: false })?.size ?? 0) / 1_048_576);
  return new ApiError(
    'store_unavailable',
    `This version has to upgrade “${store}”, and the disk has no space for the copy that is made before (${mib} MiB). ` +
      'Free some space and retry the call. Nothing was changed.',
    { cause },
  );
}
