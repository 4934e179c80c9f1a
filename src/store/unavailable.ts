// Converts an error of the operating system or of SQLite to a reason that an administrator can act on.
import { ApiError } from '../core/errors.ts';
import { systemErrorCode } from '../core/machine-error.ts';
import { SQLITE, sqliteCode } from './sqlite-code.ts';

const causes: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space and retry the call',
  EDQUOT: 'the disk quota is used up. Raise it or free some space, and retry the call',
  EFBIG:
    'the file reached the largest size that this process may write. Raise that limit (ulimit -f) and retry the call',
  EROFS: 'the file system is read-only. Mount it read-write and retry the call',
  EACCES: 'permission is denied. Check the owner and mode of its parent directories',
  EPERM: 'the operation is not permitted. Check its owner, mode and attributes (lsattr)',
  ENOENT: 'a parent directory does not exist. Create it, or set WHMAPI1_STATE_DIR to another directory',
  ENOTDIR: 'a part of its path is not a directory. Set WHMAPI1_STATE_DIR to another directory',
  EISDIR: 'it is a directory instead of a file. Move it away and restore the file from a backup',
  ELOOP: 'it is a symbolic link, which is not followed. Replace the link with the file',
  EMFILE: 'too many files are open. Raise the limit (ulimit -n) and retry the call',
  EIO: 'the disk reported an error. Check it (dmesg) first',
};

const sqliteCauses: Readonly<Record<number, string>> = {
  [SQLITE.FULL]: causes.ENOSPC ?? '',
  [SQLITE.READONLY]: 'it is read-only. Check its mode and the file system, and retry the call',
  [SQLITE.BUSY]: 'another process locked it for too long. Retry the call. `fuser` shows the process',
  [SQLITE.LOCKED]: 'another process locked it for too long. Retry the call. `fuser` shows the process',
  [SQLITE.CORRUPT]: 'it is damaged. Keep a copy, and restore it from a backup',
  [SQLITE.NOTADB]:
    'it is not an SQLite database, or it is damaged. Keep a copy, and restore it from a backup',
  [SQLITE.IOERR]: 'the disk reported an error or is full. Check it (df, dmesg) and retry the call',
  [SQLITE.CANTOPEN]: 'it cannot be opened. Check the owner and mode of the file and its folder',
  [SQLITE.PERM]: 'permission is denied. Check the owner and mode of the file and its folder',
  [SQLITE.NOMEM]: 'there is not enough memory',
  [SQLITE.PROTOCOL]: 'it could not be locked. Retry the call',
};

/** Returns an ApiError if the code of `error` is about the machine; otherwise `error` itself, which callers throw. */
export function unavailable(error: unknown, path: string): unknown {
  if (error instanceof ApiError) return error;
  const code = systemErrorCode(error);
  if (code === undefined) return error;
  const cause = causes[code] ?? sqliteCauses[sqliteCode(error) ?? 0];
  if (cause === undefined) return error;
  return new ApiError('store_unavailable', `“${path}” could not be used: ${cause}. Nothing was changed.`, {
    cause: error,
  });
}
