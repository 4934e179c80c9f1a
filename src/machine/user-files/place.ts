// Follows a path below a home, directory by directory, with each of them open. So a directory that is replaced by a
// symbolic link meanwhile is never followed. openat2(2) with RESOLVE_BENEATH would do the same, but Node does not offer it.
import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, type Stats } from 'node:fs';
import { geteuid } from 'node:process';
import { homeParts } from '../../core/machine-user-files.ts';
import { MachineError, ofHome, systemErrorCode } from '../../core/machine-error.ts';

/** Node has no name for it. The descriptor only identifies the file: opening a FIFO or a device does nothing. */
export const O_PATH = 0o10000000;
const { O_DIRECTORY, O_NOFOLLOW } = constants;
/** As the kernel does. */
const MAX_LINKS = 40;

/** A home: its path on the machine, and where this process finds it, which is different in a sandbox. */
export interface Home {
  readonly path: string;
  readonly place: string;
  /** The folder that all paths are relative to. Below it, no symbolic links are followed. */
  readonly folder?: string | undefined;
}

/**
 * A home during one operation. All of it works in this directory: whatever takes the name of the home meanwhile, nothing
 * is read or written there.
 */
export class OpenHome implements Home {
  readonly path: string;
  readonly place: string;
  readonly folder: string | undefined;
  readonly fd: number;
  readonly #stats: Stats;

  /** @throws MachineError `failed` unless it is a directory of this process's user. */
  constructor({ path, place, folder }: Home) {
    this.path = path;
    this.place = place;
    this.folder = folder;
    try {
      this.fd = openSync(place, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    } catch (cause) {
      throw unusable(path, '. Check that it exists.', { cause });
    }
    this.#stats = fstatSync(this.fd);
    if (this.#stats.uid === geteuid?.()) return;
    this.close();
    throw unusable(path, ': it belongs to another user. Check who owns it.');
  }

  /** @throws MachineError `failed` if the home was moved away or replaced. */
  assertStays(outcome = ''): void {
    const now = statOf(this.place);
    if (now?.dev === this.#stats.dev && now.ino === this.#stats.ino) return;
    const what = 'it was moved away or replaced during the call.';
    throw unusable(this.path, `: ${what}${outcome} Check it, and retry the call.`);
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** @throws MachineError `failed` also if the home was moved away or replaced when the work is done. */
export async function withHome<T>(home: Home, work: (open: OpenHome) => Promise<T>): Promise<T> {
  let open: OpenHome | undefined;
  try {
    open = new OpenHome(home);
    const result = await work(open);
    open.assertStays();
    return result;
  } catch (error) {
    throw ofHome(error);
  } finally {
    open?.close();
  }
}

/** A name in an open directory. */
export interface Place {
  /** For the calls of node:fs. It stays in that directory, whatever other processes do. */
  readonly path: string;
  /** `.` for the home, or another directory that a link leads to. */
  readonly name: string;
  /** The path of another name in the same directory. */
  readonly beside: (name: string) => string;
  readonly home: OpenHome;
}

/**
 * @param follows whether a link at the end of the path is followed.
 * @throws MachineError as in `MachineUserFiles`; `not_found` if a directory above the path is missing.
 */
export async function withPlace<T>(
  home: OpenHome,
  path: string,
  follows: boolean,
  work: (place: Place) => Promise<T>,
): Promise<T> {
  const open: number[] = [];
  try {
    const { directory, name } = follow(home, path, follows, open);
    const beside = (other: string) => inside(directory, other);
    return await work({ path: beside(name), name, beside, home });
  } catch (error) {
    throw failure(error, path);
  } finally {
    for (const fd of open) closeSync(fd);
  }
}

/** Puts what it opens into `open`: the directories below the home, down to the one with the name. */
function follow(
  home: OpenHome,
  path: string,
  follows: boolean,
  open: number[],
): { directory: number; name: string } {
  const { folder } = home;
  if (folder === undefined) return followLinks(home, path, follows, open);
  const { directory, name } = followLinks(home, folder, true, open);
  const parts = homeParts(path, home.path);
  // The folder itself, which a link can lead to.
  if (parts.length === 0) return { directory, name };
  const end = parts.pop() ?? '';
  open.push(openSync(inside(directory, name), O_PATH | O_DIRECTORY | O_NOFOLLOW));
  for (const part of parts) {
    const place = inside(open[open.length - 1] ?? -1, part);
    if (statOf(place)?.isSymbolicLink() === true) throw isLink(path);
    open.push(openSync(place, O_PATH | O_DIRECTORY | O_NOFOLLOW));
  }
  const last = open[open.length - 1] ?? -1;
  if (follows && statOf(inside(last, end))?.isSymbolicLink() === true) throw isLink(path);
  return { directory: last, name: end };
}

function followLinks(
  home: OpenHome,
  path: string,
  follows: boolean,
  open: number[],
): { directory: number; name: string } {
  const rest = homeParts(path, home.path);
  const last = () => open[open.length - 1] ?? home.fd;
  const leave = (depth: number) => {
    while (open.length > depth) closeSync(open.pop() ?? -1);
  };
  for (let links = 0; rest.length > 0;) {
    const name = rest.shift() ?? '';
    if (name === '..') {
      if (open.length === 0) throw leadsOut(path);
      leave(open.length - 1);
      continue;
    }
    const isEnd = rest.length === 0;
    const place = inside(last(), name);
    const isLinked = (!isEnd || follows) && statOf(place)?.isSymbolicLink() === true;
    if (isLinked) {
      if (++links > MAX_LINKS) throw new MachineError('invalid', `“${path}” has too many symbolic links.`);
      const target = readlinkSync(place);
      rest.unshift(...partsOfTarget(target, home, path));
      if (target.startsWith('/')) leave(0);
    } else if (isEnd) {
      return { directory: last(), name };
    } else {
      open.push(openSync(place, O_PATH | O_DIRECTORY | O_NOFOLLOW));
    }
  }
  return { directory: last(), name: '.' };
}

function unusable(path: string, why: string, options?: ErrorOptions): MachineError {
  return new MachineError('failed', `The home directory ${path} cannot be used${why}`, options);
}

/** With `..`, which is followed by returning to the directory above, as it was entered. */
function partsOfTarget(target: string, home: Home, path: string): string[] {
  const own = [home.path, home.place].find((one) => target === one || target.startsWith(`${one}/`));
  if (target.startsWith('/') && own === undefined) throw leadsOut(path);
  return target
    .slice(own?.length ?? 0)
    .split('/')
    .filter((part) => part !== '' && part !== '.');
}

function leadsOut(path: string): MachineError {
  return new MachineError(
    'not_ours',
    `“${path}”: a symbolic link leads out of the home directory, so it is not followed.`,
  );
}

function isLink(path: string): MachineError {
  return new MachineError('not_ours', `“${path}”: it is or contains a symbolic link, which is not followed.`);
}

export function inside(directory: number, name: string): string {
  return `/proc/self/fd/${directory}/${name}`;
}

/** Undefined if nothing exists at the path. */
export function statOf(path: string | Buffer): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

// Converts a failed system call on a user's file to an error that the user understands.
const kinds: Readonly<Record<string, readonly [MachineError['code'], string]>> = {
  ENOENT: ['not_found', 'No such file or directory.'],
  EEXIST: ['exists', 'It already exists.'],
  ENOTEMPTY: ['exists', 'The directory is not empty.'],
  EACCES: ['not_ours', 'The user has no permission.'],
  EPERM: ['not_ours', 'The operation is not permitted.'],
  ENOTDIR: ['invalid', 'A part of the path is not a directory.'],
  EISDIR: ['invalid', 'It is a directory.'],
  ELOOP: ['not_ours', 'It was replaced by a symbolic link meanwhile, so it is not followed.'],
  EINVAL: ['invalid', 'A directory cannot be moved or copied into itself.'],
  ENAMETOOLONG: ['invalid', 'The name is too long.'],
  EXDEV: ['invalid', 'It is on another file system. Copy it instead.'],
  ENOSPC: ['full', 'The disk is full. Nothing was written.'],
  EDQUOT: ['full', 'The disk quota is used up. Nothing was written. Free some space and retry the call.'],
  EROFS: ['full', 'The file system is read-only. Nothing was written.'],
  EFBIG: ['full', 'The file is larger than this system allows. Nothing was written.'],
  EMFILE: ['failed', 'Too many files are open. Retry the call.'],
  ENFILE: ['failed', 'Too many files are open. Retry the call.'],
};

/** Other errors than those of system calls are returned unchanged. */
function failure(error: unknown, path: string): unknown {
  const { syscall } = (error ?? {}) as { syscall?: string };
  const code = systemErrorCode(error);
  if (code === undefined || syscall === undefined || error instanceof MachineError) return error;
  const [kind, sentence] = kinds[code] ?? ['failed', `${syscall} failed (${code}).`];
  return new MachineError(kind, `“${path}”: ${sentence}`, { cause: error });
}
