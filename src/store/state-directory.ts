// The state directory: its location, its owner, and the private files in it.
import { closeSync, fstatSync, fsyncSync, statSync, mkdirSync, openSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ApiError } from '../core/errors.ts';
import { unavailable } from './unavailable.ts';

/** The database, if the server has its own store. */
export const STORE_FILE = 'store.db';

/**
 * Returns `WHMAPI1_STATE_DIR`; else `/var/lib/whmapi1` for root; else `$XDG_STATE_HOME/whmapi1`, by default
 * `~/.local/state/whmapi1`. The owner of the directory acts as root of that installation.
 */
export function locateStateDirectory(
  environment: Readonly<Record<string, string | undefined>>,
  userId: number,
  home: () => string,
): string {
  const named = environment.WHMAPI1_STATE_DIR;
  if (named !== undefined && named !== '') return resolve(named);
  if (userId === 0) return '/var/lib/whmapi1';
  const states = environment.XDG_STATE_HOME;
  // The XDG base directory specification requires that relative paths are ignored.
  return join(states?.startsWith('/') === true ? states : join(home(), '.local/state'), 'whmapi1');
}

export class StateDirectory {
  readonly path: string;
  readonly #userId: number;

  /** Creates the directory (0700) if it is absent. @throws ApiError `store_insecure`, `store_unavailable`. */
  constructor(path: string, userId: number) {
    this.path = path;
    this.#userId = userId;
    try {
      const stats = statSync(path, { throwIfNoEntry: false }) ?? create(path);
      if (!stats.isDirectory()) {
        throw new ApiError(
          'store_unavailable',
          `The state directory “${path}” is not a directory. Move it away, or set WHMAPI1_STATE_DIR to another directory.`,
        );
      }
      this.#assertPrivate(path, stats, '700');
    } catch (error) {
      throw unavailable(error, path);
    }
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /**
   * Opens a private file (0600), with `flags` as in open(2), and checks that no other user can access it. The caller
   * must close the descriptor.
   * @throws ApiError; ENOENT unchanged.
   */
  open(name: string, flags: number): number {
    const path = this.file(name);
    const descriptor = openSync(path, flags, 0o600);
    try {
      const stats = fstatSync(descriptor);
      if (!stats.isFile()) {
        throw new ApiError('store_unavailable', `“${path}” is not a regular file. Move it away.`);
      }
      this.#assertPrivate(path, stats, '600');
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    return descriptor;
  }

  /** Makes the names in the directory durable. */
  sync(): void {
    syncDirectory(this.path);
  }

  #assertPrivate(path: string, stats: Stats, mode: '600' | '700'): void {
    const quoted = `'${path.replaceAll("'", "'\\''")}'`;
    if (stats.uid !== this.#userId) {
      throw new ApiError(
        'store_insecure',
        `“${path}” belongs to the user ID ${stats.uid}, not to you (${this.#userId}). ` +
          `Run the call as its owner, or change the owner: chown ${this.#userId} ${quoted}`,
      );
    }
    if ((stats.mode & 0o077) !== 0) {
      throw new ApiError(
        'store_insecure',
        `“${path}” is open to others (mode ${(stats.mode & 0o777).toString(8)}). Restrict it: chmod ${mode} ${quoted}`,
      );
    }
  }
}

/** Creates one folder at a time: Node's `recursive` reports a read-only file system as a missing folder. */
function create(path: string): Stats {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT' && path !== dirname(path)) {
      // Such as /proc, which has no place for files.
      if (statSync(dirname(path), { throwIfNoEntry: false }) !== undefined) {
        throw new ApiError(
          'store_unavailable',
          `“${path}” could not be created: its parent directory takes no files. Set WHMAPI1_STATE_DIR to another directory.`,
        );
      }
      create(dirname(path));
      return create(path);
    }
    if (code !== 'EEXIST') throw error;
  }
  syncDirectory(dirname(path));
  return statSync(path);
}

function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
