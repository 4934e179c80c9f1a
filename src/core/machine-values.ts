// Checks the values that a machine accepts: users, homes, passwords, paths. Every implementation checks them again.
import type { MachineUser, NewMachineUser } from './machine.ts';
import { MachineError } from './machine-error.ts';

export function userNotFound(name: string): MachineError {
  return new MachineError('not_found', `The server has no user “${name}”.`);
}

/** True if this is a system user. */
export function isSystemUser(user: MachineUser, bases: readonly string[]): boolean {
  return user.uid < FIRST_UID || !isHomePath(user.home, bases);
}

/** @throws MachineError `not_ours` for a system user. */
export function assertNotSystemUser(user: MachineUser, bases: readonly string[]): void {
  if (isSystemUser(user, bases)) {
    throw new MachineError('not_ours', `“${user.name}” is a system user, which cannot be changed.`);
  }
}

export function alreadyExists(what: string): MachineError {
  return new MachineError('exists', `${what} already exists.`);
}

/** Valid in the sandbox and on every Linux. useradd accepts 32 characters, but WHM allows at most 16 for an account. */
const NAME = /^[a-z][a-z0-9]{0,15}$/;
/** The limit of crypt(3), and therefore of PAM. */
const MAX_PASSWORD_BYTES = 511;
const HIGHEST_UID = 0xffff_fffe;

/** The only system user whose password can be set. */
export const ROOT = 'root';

export function isUserName(name: string): boolean {
  return NAME.test(name);
}

/** The error never contains the value, which can have any size and content. @throws TypeError */
export function assertUsername(name: string): void {
  if (!isUserName(name)) {
    throw new TypeError(
      'Invalid username: use a lower-case letter followed by up to 15 lower-case letters and digits.',
    );
  }
}

/** True if this is `/base/something` for one of the directories for home directories. */
function isHomePath(home: string, bases: readonly string[]): boolean {
  const end = home.lastIndexOf('/');
  return isCleanPath(home) && bases.includes(home.slice(0, end));
}

/** @throws TypeError */
export function assertHomePath(home: string, bases: readonly string[]): void {
  if (!isHomePath(home, bases)) {
    throw new TypeError(`Invalid home directory: use a path directly below ${bases.join(' or ')}.`);
  }
}

/** @throws TypeError */
export function assertFileName(file: string): void {
  if (!/^[A-Za-z0-9._-]{1,255}$/.test(file) || /^\.{1,2}$/.test(file)) {
    throw new TypeError('Invalid file name: use up to 255 letters, digits, “.”, “_” and “-”.');
  }
}

/** @throws TypeError */
export function assertShell(shell: string): void {
  if (!isCleanPath(shell)) throw new TypeError('Invalid shell: use an absolute path without “.” and “..”.');
}

/** @throws TypeError */
export function assertNewUser(user: NewMachineUser, bases: readonly string[]): void {
  assertUsername(user.name);
  assertHomePath(user.home, bases);
  assertShell(user.shell);
  if (/[:\p{Cc}\p{Cs}\u2028\u2029]/u.test(user.comment) || user.comment.length > 256) {
    throw new TypeError('Invalid comment: use up to 256 characters without colons and control characters.');
  }
  for (const name of Object.keys(user.links ?? {})) assertFileName(name);
  const { uid } = user;
  if (uid !== undefined && !(Number.isInteger(uid) && uid >= FIRST_UID && uid <= HIGHEST_UID)) {
    throw new TypeError(`Invalid user ID: use a whole number from ${FIRST_UID}.`);
  }
}

/** @throws TypeError */
export function assertPassword(password: string): void {
  if (!isPassword(password)) {
    throw new TypeError(
      `Invalid password: use 1 to ${MAX_PASSWORD_BYTES} bytes without NUL and line breaks.`,
    );
  }
}

/** True if it can be the second field of a line of shadow(5). */
function isHash(hash: string): boolean {
  return /^[!-9;-~]{1,511}$/.test(hash);
}

/** True if nobody can log in with this field of the shadow file. */
export function isWithoutPassword(hash: string): boolean {
  return /^[!*]*$/.test(hash);
}

/** @throws TypeError. The message never contains the value. */
export function assertHash(hash: string): void {
  if (!isHash(hash)) throw new TypeError('Invalid hash: use up to 511 ASCII characters without colons.');
}

/** A home that is there, but not a directory of its user. */
export function foreignHome(home: string, uid: number): MachineError {
  return new MachineError(
    'failed',
    `“${home}” is not a directory of the user ID ${uid}, so it is not used. If it is the home, give it to the user first: chown --no-dereference ${uid}:${uid} ${home}`,
  );
}

export function isPassword(password: string): boolean {
  // Lone surrogates are rejected: in UTF-8, all of them would become the same password.
  return (
    password.length > 0 &&
    password.length <= MAX_PASSWORD_BYTES &&
    new TextEncoder().encode(password).length <= MAX_PASSWORD_BYTES &&
    !/[\0\r\n\p{Cs}]/u.test(password)
  );
}

/** @throws TypeError */
export function assertLimit(mebibytes: number | null): void {
  if (mebibytes !== null && !(Number.isInteger(mebibytes) && mebibytes > 0 && mebibytes <= 2 ** 40)) {
    throw new TypeError('Invalid limit: use a whole number of mebibytes, at least 1, or null.');
  }
}

/** System users have lower user IDs: all Linux distributions since 2011. */
export const FIRST_UID = 1000;

/**
 * Checks the path of a file. File names may contain more characters than names of homes: `192.0.2.0%2f25.db`. They may
 * begin with a hyphen, as challenges of ACME do: an absolute path is no option of a tool.
 * @throws TypeError
 */
export function assertFilePath(path: string): void {
  const [first, ...parts] = path.split('/');
  const isClean =
    first === '' &&
    path.length <= 4000 &&
    parts.length > 0 &&
    parts.every((part) => /^[A-Za-z0-9._+@:%~,=-]{1,255}$/.test(part) && !/^\.{1,2}$/.test(part));
  if (!isClean)
    throw new TypeError('Invalid path: use an absolute path without “.”, “..” and special characters.');
}

/** Each part is a name that does not begin with “-”, and is neither “.” nor “..” nor more dots. */
const CLEAN_PATH = /^(?:\/(?!-|\.+(?:\/|$))[A-Za-z0-9._+@-]+)+$/;

function isCleanPath(path: string): boolean {
  return path.length <= 255 && CLEAN_PATH.test(path);
}
