// Calls useradd(8) and chpasswd(8).
import type { FormerMachineUser, NewMachineUser } from '../../core/machine.ts';
import { alreadyExists } from '../../core/machine-values.ts';
import { hashAsPam } from './password-hash.ts';
import type { Run } from './run.ts';

/** Statuses of useradd(8). */
const UID_TAKEN = 4;
const NAME_TAKEN = 9;

/**
 * Does not create the home, which would be incomplete while the skeleton is copied.
 * @throws MachineError `exists` if the name, the group or the user ID is taken
 */
export function addUser(run: Run, user: NewMachineUser): Promise<void> {
  return add(run, user, ['--user-group']);
}

/** The same for a user whose group exists. */
export function addFormerUser(run: Run, user: FormerMachineUser): Promise<void> {
  return add(run, user, ['--no-user-group', '--gid', String(user.gid)]);
}

async function add(
  run: Run,
  { name, home, shell, comment, uid }: NewMachineUser,
  ofGroup: readonly string[],
): Promise<void> {
  const options = {
    '--home-dir': home,
    '--shell': shell,
    '--comment': comment,
    ...(uid === undefined ? {} : { '--uid': String(uid) }),
  };
  // A hosting account does not need a range of subordinate IDs (user namespaces).
  const keys = ['SUB_UID_COUNT=0', 'SUB_GID_COUNT=0'].flatMap((key) => ['--key', key]);
  const words = ['--no-create-home', ...ofGroup, '--no-log-init', ...Object.entries(options).flat()];
  const { status } = await run('useradd', [...words, ...keys, '--', name], {
    accept: [0, UID_TAKEN, NAME_TAKEN],
  });
  if (status === UID_TAKEN) throw alreadyExists(`The user ID ${uid}`);
  if (status === NAME_TAKEN) throw alreadyExists(`The user or group “${name}”`);
}

/** What chpasswd(8) stores: a hash, or the password itself, which PAM hashes. */
export type NewPassword = { readonly hash: string } | { readonly password: string };

/** Does what takes time and needs no lock, for several passwords with one start of perl. Never fails. */
export async function prepared(run: Run, passwords: readonly string[]): Promise<readonly NewPassword[]> {
  const hashes = await hashAsPam(run, passwords);
  return passwords.map((password, at) => {
    const hash = hashes[at];
    return hash === undefined ? { password } : { hash };
  });
}

export interface UserPassword {
  readonly name: string;
  readonly password: Promise<NewPassword>;
}

/**
 * Sets passwords, all with one run of chpasswd(8) if it accepts them.
 * @returns why the password of a user was not set, by name.
 */
export async function setPasswords(
  run: Run,
  several: readonly UserPassword[],
): Promise<Map<string, unknown>> {
  const given = await Promise.all(several.map(async ({ name, password }) => ({ name, ...(await password) })));
  const failures = new Map<string, unknown>();
  const change = async (some: readonly Line[]): Promise<void> => {
    try {
      if (some.length > 0) await changePasswords(run, some);
    } catch (error) {
      // Each alone, so that one that is refused does not stop the others.
      if (some.length > 1) for (const one of some) await change([one]);
      else for (const { name } of some) failures.set(name, error);
    }
  };
  await change(given.filter((one) => 'hash' in one));
  await change(given.filter((one) => !('hash' in one)));
  return failures;
}

type Line = { readonly name: string } & NewPassword;

/** All of them are hashes, or none is. */
async function changePasswords(run: Run, several: readonly Line[]): Promise<void> {
  const lines = several.map((one) => `${one.name}:${'hash' in one ? one.hash : one.password}\n`);
  const words = several.some((one) => 'hash' in one) ? ['--encrypted'] : [];
  await run('chpasswd', words, { input: lines.join('') });
}
