// A server uses one store: its own, or one that it shares. After a move, the old store is kept but not used.
import { existsSync, renameSync } from 'node:fs';
import { ApiError } from '../core/errors.ts';
import { MOVED_FILE, SqliteStore } from './sqlite.ts';
import { STORE_FILE, type StateDirectory } from './state-directory.ts';

/** @throws ApiError `store_unavailable` if a shared store is configured, and this server also has its own. */
export function assertNoOwnStore(directory: StateDirectory): void {
  const own = directory.file(STORE_FILE);
  if (!existsSync(own)) return;
  throw new ApiError(
    'store_unavailable',
    `This server uses a shared store, but “${own}” is a store of its own. Move it with ` +
      '`whmapi1 --migrate-store sqlite postgres`, or move the file away if you do not need its data. To use only ' +
      'that file, remove store.url and WHMAPI1_STORE_URL.',
  );
}

/** Opens this server's own store, to move from or to it. A store that was moved can be moved and compared again. */
export function ownStoreToMove(
  directory: StateDirectory,
  { isTarget }: { readonly isTarget: boolean },
): SqliteStore {
  const wasMoved =
    !isTarget && !existsSync(directory.file(STORE_FILE)) && existsSync(directory.file(MOVED_FILE));
  return new SqliteStore(directory, { mayBeNew: isTarget, file: wasMoved ? MOVED_FILE : STORE_FILE });
}

/**
 * Renames the store once everything is in the other one, so that its old sessions, tokens and secrets are not used
 * again.
 * @throws ApiError `store_unavailable` if a process still uses it.
 */
export function markMoved(directory: StateDirectory): void {
  if (!existsSync(directory.file(STORE_FILE))) return;
  // The last process that closes the store removes this file.
  if (existsSync(directory.file(`${STORE_FILE}-wal`))) {
    throw new ApiError(
      'store_unavailable',
      `Everything was copied, but a process still uses “${directory.file(STORE_FILE)}”. Stop whmapi1d, and then retry the call.`,
    );
  }
  renameSync(directory.file(STORE_FILE), directory.file(MOVED_FILE));
  directory.sync();
}
