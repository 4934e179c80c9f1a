// A server has one store: its own, or the one that it shares with others. What was moved away is kept, and not used.
import { existsSync, renameSync } from 'node:fs';
import { ApiError } from '../core/errors.ts';
import { MOVED_FILE, SqliteStore, STORE_FILE } from './sqlite.ts';
import type { StateDirectory } from './state-directory.ts';

/** @throws ApiError `store_unavailable` where a shared store is named and there is one of this server's own as well. */
export function ensureNoOwnStore(directory: StateDirectory): void {
  const own = directory.file(STORE_FILE);
  if (!existsSync(own)) return;
  throw new ApiError(
    'store_unavailable',
    `This server shares a store, and “${own}” holds one of its own as well. Move that with ` +
      '`whmapi1 --migrate-store sqlite postgres`; or move the file away, if nothing in it is needed; or, to go on with ' +
      'it alone, remove store.url and WHMAPI1_STORE_URL.',
  );
}

/** This server's own store, to be moved from or to; what was moved before may be moved, and compared, once more. */
export function ownStoreToMove(
  directory: StateDirectory,
  { isTarget }: { readonly isTarget: boolean },
): SqliteStore {
  const wasMoved =
    !isTarget && !existsSync(directory.file(STORE_FILE)) && existsSync(directory.file(MOVED_FILE));
  return new SqliteStore(directory, { mayBeNew: isTarget, file: wasMoved ? MOVED_FILE : STORE_FILE });
}

/**
 * Once all of it is in the other store: nobody shall find old sessions, tokens and secrets in this one.
 * @throws ApiError `store_unavailable` where a process still works with it.
 */
export function markMoved(directory: StateDirectory): void {
  if (!existsSync(directory.file(STORE_FILE))) return;
  // The last process that closes it removes this.
  if (existsSync(directory.file(`${STORE_FILE}-wal`))) {
    throw new ApiError(
      'store_unavailable',
      `All of it was copied, but a process still works with “${directory.file(STORE_FILE)}”: stop whmapi1d, and repeat the call.`,
    );
  }
  renameSync(directory.file(STORE_FILE), directory.file(MOVED_FILE));
  directory.sync();
}
