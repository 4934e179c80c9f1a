// Locates and opens a path of the machine directory by directory. No symbolic link is followed, not even one that
// another process creates meanwhile.
import { closeSync, constants, fstatSync, fsync, lstatSync, mkdirSync, openSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { MachineError, ofHome } from '../../core/machine-error.ts';
import { assertFilePath } from '../../core/machine-values.ts';
import { toMachineError } from './failure.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
const flush = promisify(fsync);

export interface Roots {
  /** The directory that replaces the machine’s root directory: empty on Linux itself. */
  readonly root: string;
  /** The directories whose contents are accessible. */
  readonly directories: readonly string[];
  /** The user ID that the directories must have: they are homes, which exist. Default: any. */
  readonly owner?: number | undefined;
}

/** An open directory and a name in it. The path stays inside that directory, whatever other processes do. */
export interface Place {
  readonly path: string;
  readonly directory: { readonly fd: number; readonly sync: () => Promise<void> };
  /** The path of another name in the same directory. */
  readonly beside: (name: string) => string;
}

export class Places {
  readonly #root: string;
  readonly #directories: readonly string[];
  readonly #owner: number | undefined;

  constructor({ root, directories, owner }: Roots) {
    directories.forEach(assertFilePath);
    this.#root = root;
    this.#directories = directories;
    this.#owner = owner;
  }

  locate(path: string): string {
    this.#directoryOf(path);
    return `${this.#root}${path}`;
  }

  /** @returns undefined if a directory above the path is missing. @throws MachineError `failed` if it is a link. */
  async find<T>(path: string, work: (place: Place) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#find(path, work);
    } catch (error) {
      throw this.#owner === undefined ? error : ofHome(error);
    }
  }

  async #find<T>(path: string, work: (place: Place) => Promise<T>): Promise<T | undefined> {
    const fd = this.#openParent(path);
    if (fd === undefined) return undefined;
    const beside = (name: string) => `/proc/self/fd/${fd}/${name}`;
    const directory = { fd, sync: () => flush(fd) };
    try {
      return await work({ path: beside(path.slice(path.lastIndexOf('/') + 1)), directory, beside });
    } catch (error) {
      throw toMachineError(error, path);
    } finally {
      closeSync(fd);
    }
  }

  /** Like `find`, for writing. @throws MachineError `failed`, also if a directory is missing. */
  async reach<T>(path: string, work: (place: Place) => Promise<T>): Promise<T> {
    const directory = this.#directoryOf(path);
    // In a sandbox, no packages have created the directories of daemons.
    if (this.#root !== '' && this.#owner === undefined)
      mkdirSync(`${this.#root}${directory}`, { recursive: true, mode: 0o700 });
    const done = await this.find(path, async (place) => ({ value: await work(place) }));
    if (done !== undefined) return done.value;
    throw new MachineError('failed', `The directory “${dirname(path)}” does not exist.`);
  }

  /** @throws TypeError if the path is invalid or outside the directories. */
  #directoryOf(path: string): string {
    assertFilePath(path);
    const found = this.#directories.find((one) => path === one || path.startsWith(`${one}/`));
    if (found === undefined)
      throw new TypeError('Invalid path: it is outside the directories of this driver.');
    return found;
  }

  #openParent(path: string): number | undefined {
    const directory = this.#directoryOf(path);
    // Links above the directories belong to the administrator and are followed. A sandbox has none.
    const anchor = this.#root === '' ? dirname(directory) : this.#root;
    const parts = `${this.#root}${path}`.slice(anchor === '/' ? 1 : anchor.length + 1).split('/');
    let fd = openDirectory(anchor, O_RDONLY | O_DIRECTORY, path);
    let seen = anchor;
    for (const part of parts.slice(0, -1)) {
      if (fd === undefined) return undefined;
      seen = join(seen, part);
      const outer: number = fd;
      const isHome = this.#owner !== undefined && seen === `${this.#root}${directory}`;
      try {
        fd = openDirectory(`/proc/self/fd/${outer}/${part}`, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, seen);
      } catch (cause) {
        throw isHome ? unusable(directory, '. Check that it exists.', { cause }) : cause;
      } finally {
        closeSync(outer);
      }
      if (isHome) this.#assertOwn(fd, directory);
    }
    return fd;
  }

  /** Closes the directory if it is not the owner’s. */
  #assertOwn(fd: number | undefined, directory: string): void {
    if (fd === undefined) throw unusable(directory, '. Check that it exists.');
    if (fstatSync(fd).uid === this.#owner) return;
    closeSync(fd);
    throw unusable(directory, ': it belongs to another user. Check who owns it.');
  }
}

function unusable(home: string, why: string, options?: ErrorOptions): MachineError {
  return new MachineError('failed', `The home directory ${home} cannot be used${why}`, options);
}

/** Synchronous, because the kernel has these directories in memory, and the thread pool takes ten times as long. */
function openDirectory(path: string, flags: number, name: string): number | undefined {
  try {
    return openSync(path, flags);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT') return undefined;
    if (code === 'ENOTDIR' || code === 'ELOOP') {
      throw new MachineError(
        'failed',
        `“${name}” is a symbolic link or not a directory, so it is not used. Move it away and retry the call.`,
      );
    }
    throw toMachineError(error, name);
  }
}

/** Returns undefined if nothing exists at the path. */
export function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}
