// Finds a script through directories and links that nobody else can change.
import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { MachineError } from '../core/machine-error.ts';
import { quote } from '../core/quote.ts';

/** The users and groups that may be able to change a script. */
export interface Trusted {
  readonly users: ReadonlySet<number>;
  readonly groups: ReadonlySet<number>;
  /** For reasons: `root`. */
  readonly inWords: string;
  /** True if this process can run scripts as other users. */
  readonly runsAsOthers?: boolean;
}

const MAX_LINKS = 40;
const GROUP_WRITABLE = 0o020;
const OTHERS_WRITABLE = 0o002;
/** In a directory with this bit, such as /tmp, only the owner of a file can replace it. */
const STICKY = 0o1000;
const EXECUTABLE = 0o111;

/**
 * Returns the real path of a script.
 * @throws MachineError `failed` if it is not an executable file, or if another user could change or replace it.
 */
export function findTrustedScript(path: string, trusted: Trusted): string {
  if (!path.startsWith('/') || path.includes('\0')) throw refused(path, 'is not an absolute path.');
  const left = path.split('/');
  let place = '/';
  let links = 0;
  while (left.length > 0) {
    const part = left.shift() ?? '';
    // `place` contains no links, so its parent is the directory above.
    if (part === '..') place = dirname(place);
    if (part === '' || part === '.' || part === '..') continue;
    const found = join(place, part);
    const facts = factsOf(found);
    assertTrusted(found, facts, trusted);
    if (facts.isSymbolicLink()) {
      if (++links > MAX_LINKS) throw refused(path, 'leads through too many symbolic links.');
      const target = readlinkSync(found);
      left.unshift(...target.split('/'));
      if (target.startsWith('/')) place = '/';
    } else if (facts.isDirectory()) {
      place = found;
    } else {
      if (left.some((one) => one !== '')) throw refused(found, 'is not a directory.');
      assertExecutable(found, facts);
      return found;
    }
  }
  throw refused(path, 'is a directory, not a script.');
}

function factsOf(path: string): Stats {
  try {
    const facts = lstatSync(path, { throwIfNoEntry: false });
    if (facts !== undefined) return facts;
  } catch (cause) {
    throw new MachineError('failed', `${quote(path)} could not be read.`, { cause });
  }
  throw refused(path, 'does not exist.');
}

function assertTrusted(path: string, facts: Stats, { users, groups, inWords }: Trusted): void {
  if (!users.has(facts.uid)) {
    throw refused(path, `belongs to the user with the ID ${facts.uid}. It should belong to ${inWords}.`);
  }
  // The mode of a link means nothing.
  if (facts.isSymbolicLink()) return;
  const { mode, gid } = facts;
  const isShared = (mode & OTHERS_WRITABLE) !== 0 || ((mode & GROUP_WRITABLE) !== 0 && !groups.has(gid));
  if (isShared && !(facts.isDirectory() && (mode & STICKY) !== 0)) {
    throw refused(path, `can be changed by other users. Run: chmod go-w ${path}`);
  }
}

function assertExecutable(path: string, facts: Stats): void {
  if (!facts.isFile()) throw refused(path, 'is not a regular file.');
  if ((facts.mode & EXECUTABLE) === 0) throw refused(path, `is not executable. Run: chmod +x ${path}`);
}

function refused(path: string, problem: string): MachineError {
  return new MachineError('failed', `${quote(path)} ${problem}`);
}
