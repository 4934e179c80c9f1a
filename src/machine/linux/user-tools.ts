// Calls useradd(8) and chpasswd(8).
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { FormerMachineUser, NewMachineUser } from '../../core/machine.ts';
import { alreadyExists } from '../../core/machine-values.ts';
import type { Run } from './run.ts';
import { encode } from '../crypt-digits.ts';

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

// Hashes new passwords before the users of the machine are locked, as PAM would do it under the lock. The hash takes
// most of the time of chpasswd(8).

/** yescrypt at the cost 5, the default of libcrypt and pam_unix: N = 4096, r = 32 (crypt(5)). */
const SETTING = '$y$j9T$';
const SALT_BYTES = 16;
const DIGEST = /^[./0-9A-Za-z]{43}$/;
/** crypt(3). Every Debian has perl-base. The passwords are the lines of standard input, because all users can read arguments. */
const SCRIPT =
  'binmode STDIN; for (@ARGV) { chomp(my $password = <STDIN>); print crypt($password, $_), "\\n" }';

const LOGIN_DEFS = '/etc/login.defs';
/** The rules of Debian, until somebody adds one. */
const RULES = {
  '/etc/pam.d/chpasswd': ['@include common-password'],
  '/etc/pam.d/common-password': [
    'password [success=1 default=ignore] pam_unix.so obscure yescrypt',
    'password requisite pam_deny.so',
    'password required pam_permit.so',
  ],
};

/**
 * Returns the hash of each password by the rules of this machine. Undefined if PAM has to make it, because this machine
 * has other rules than Debian, or the tool cannot run. Never fails.
 */
async function hashAsPam(run: Run, passwords: readonly string[]): Promise<readonly (string | undefined)[]> {
  try {
    if (!(await hasRulesOfDebian())) return passwords.map(() => undefined);
    const settings = passwords.map(() => `${SETTING}${encode(randomBytes(SALT_BYTES))}$`);
    const input = passwords.map((password) => `${password}\n`).join('');
    const hashes = (await run('perl', ['-e', SCRIPT, ...settings], { input })).stdout.split('\n');
    return settings.map((setting, at) => {
      const hash = hashes[at] ?? '';
      return hash.startsWith(setting) && DIGEST.test(hash.slice(setting.length)) ? hash : undefined;
    });
  } catch {
    // PAM reports what is wrong.
    return passwords.map(() => undefined);
  }
}

/** True if PAM accepts every password that root sets, and does nothing but store its hash at the default cost. */
async function hasRulesOfDebian(): Promise<boolean> {
  for (const [path, rules] of Object.entries(RULES)) {
    if ((await linesOf(path)).join('\n') !== rules.join('\n')) return false;
  }
  return !(await linesOf(LOGIN_DEFS)).some((line) => line.startsWith('YESCRYPT_COST_FACTOR'));
}

/** Without comments and empty lines, and with single spaces. */
async function linesOf(path: string): Promise<string[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  return lines
    .map((line) => line.replace(/#.*/, '').trim().split(/\s+/).join(' '))
    .filter((line) => line !== '');
}
