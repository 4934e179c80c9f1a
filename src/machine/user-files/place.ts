// Follows a path below a home, directory by directory, with each of them open. So a directory that is replaced by a
// symbolic link meanwhile is never followed. openat2(2) with RESOLVE_BENEATH would do the same, but Node does not offer it.
import { closeSync, constants, lstatSync, openSync, readlinkSync, type Stats } from 'node:fs';
import { homeParts } from '../../core/machine-user-files.ts';
import { MachineError } from '../../core/machine-error.ts';
import { failure } from './failure.ts';

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

/** A name in an open directory. */
export interface Place {
  /** For the calls of node:fs. It stays in that directory, whatever other processes do. */
  readonly path: string;
  /** `.` for the home, or another directory that a link leads to. */
  readonly name: string;
  /** The path of another name in the same directory. */
  readonly beside: (name: string) => string;
}

/**
 * @param follows whether a link at the end of the path is followed.
 * @throws MachineError as in `MachineUserFiles`; `not_found` if a directory above the path is missing.
 */
export async function withPlace<T>(
  home: Home,
  path: string,
  follows: boolean,
  work: (place: Place) => Promise<T>,
): Promise<T> {
  const open: number[] = [];
  try {
    const { directory, name } = follow(home, path, follows, open);
    const beside = (other: string) => inside(directory, other);
    return await work({ path: beside(name), name, beside });
  } catch (error) {
    throw failure(error, path);
  } finally {
    for (const fd of open) closeSync(fd);
  }
}

/** Puts what it opens into `open`: the directories from the home down to the one with the name. */
function follow(
  home: Home,
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
  home: Home,
  path: string,
  follows: boolean,
  open: number[],
): { directory: number; name: string } {
  const rest = homeParts(path, home.path);
  open.push(openHome(home));
  const last = () => open[open.length - 1] ?? -1;
  const leave = (depth: number) => {
    while (open.length > depth) closeSync(open.pop() ?? -1);
  };
  for (let links = 0; rest.length > 0;) {
    const name = rest.shift() ?? '';
    if (name === '..') {
      if (open.length === 1) throw leadsOut(path);
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
      if (target.startsWith('/')) leave(1);
    } else if (isEnd) {
      return { directory: last(), name };
    } else {
      open.push(openSync(place, O_PATH | O_DIRECTORY | O_NOFOLLOW));
    }
  }
  return { directory: last(), name: '.' };
}

function openHome({ path, place }: Home): number {
  try {
    return openSync(place, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  } catch (cause) {
    throw new MachineError('failed', `The home directory ${path} cannot be used. Check that it exists.`, {
      cause,
    });
  }
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
