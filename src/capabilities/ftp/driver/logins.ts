// Writes the logins of accounts and their quotas. ProFTPD reads both at each login, so no reload is needed.
import type { Machine, MachineUser } from '../../../core/machine.ts';
import type { MachineFiles } from '../../../core/machine-daemons.ts';
import { DIRECTORIES, FOLDERS, LIMITS, LOGINS, secret } from './proftpd/places.ts';
import { readLimits, renderLimits, type Limit } from './proftpd/limits.ts';
import { linesOf, namesIn, renderLogins, withLines } from './proftpd/logins.ts';

/** The logins of an account, as the store says. */
export interface WantedLogins {
  readonly username: string;
  /** True if the account may log in itself. */
  readonly hasOwn: boolean;
  readonly accounts: readonly WantedLogin[];
}

export interface WantedLogin {
  /** NAME@DOMAIN */
  readonly login: string;
  /** In a form of crypt(5). */
  readonly hash: string;
  /** Below the home. Empty for the home itself. */
  readonly folder: string;
  /** In MiB. 0 for none. */
  readonly quota: number;
}

/** What the files have of some accounts. JSON. */
export interface WrittenLogins {
  readonly lines: string;
  readonly limits: readonly Limit[];
}

type LoginMachine = Pick<Machine, 'files' | 'users'>;

const MIB = 1024 * 1024;
/** PAM checks the password of an account, so no password is right here. */
const NO_HASH = '*';

export async function readLogins(
  machine: Pick<Machine, 'files'>,
  usernames: readonly string[],
): Promise<WrittenLogins> {
  return writtenOf(await read(await machine.files(DIRECTORIES)), usernames);
}

/**
 * Writes the logins of accounts. A user who does not exist has none.
 * @param former the accounts whose present logins are removed, besides those that are written.
 */
export async function writeLogins(
  machine: LoginMachine,
  wanted: readonly WantedLogins[],
  former: readonly string[] = [],
): Promise<void> {
  const present = wanted.filter(({ hasOwn, accounts }) => hasOwn || accounts.length > 0);
  const names = present.map(({ username }) => username);
  // An account that loses its logins needs no user: its user may be what cannot be read.
  const users =
    names.length === 0 ? new Map<string, MachineUser>() : await (await machine.users()).findAll(names);
  const lines: string[] = [];
  const limits: Limit[] = [];
  for (const { username, hasOwn, accounts } of present) {
    const user = users.get(username);
    if (user === undefined) continue;
    const { uid, gid, home } = user;
    const own = hasOwn ? [{ name: username, hash: NO_HASH, home }] : [];
    const others = accounts.map(({ login, hash, folder }) => ({
      ...{ name: login, hash },
      home: folder === '' ? home : `${home}/${folder}`,
    }));
    lines.push(renderLogins({ username, uid, gid }, [...own, ...others]));
    for (const { login, quota } of accounts) if (quota > 0) limits.push({ name: login, bytes: quota * MIB });
  }
  const usernames = [...former, ...wanted.map(({ username }) => username)];
  await putLogins(machine, usernames, { lines: lines.join(''), limits });
}

/** Replaces all logins of these accounts. Can be repeated. */
export async function putLogins(
  machine: Pick<Machine, 'files'>,
  usernames: readonly string[],
  after: WrittenLogins,
): Promise<void> {
  const files = await machine.files(DIRECTORIES);
  for (const { path, attributes } of FOLDERS) await files.makeDirectory(path, attributes);
  // Calls for other accounts write the same files.
  await files.whileLocked(LOGINS, async () => {
    const { text, limits } = await read(files);
    const gone = new Set([...namesIn(linesOf(text, usernames)), ...namesIn(after.lines)]);
    const others = limits.filter(({ name }) => !gone.has(name));
    const present = writtenOf({ text, limits }, usernames);
    const isThere = text !== '' && (await files.facts(LIMITS)) !== undefined;
    if (isThere && JSON.stringify(present) === JSON.stringify(after)) return;
    // A quota before its login, so that nobody uses a login without it.
    await files.write(LIMITS, renderLimits([...others, ...after.limits]), secret);
    await files.write(LOGINS, withLines(text, usernames, after.lines), secret);
  });
}

async function read(files: MachineFiles): Promise<{ text: string; limits: readonly Limit[] }> {
  const table = await files.read(LIMITS);
  return {
    text: (await files.readText(LOGINS)) ?? '',
    limits: table === undefined ? [] : readLimits(table),
  };
}

function writtenOf(
  { text, limits }: { text: string; limits: readonly Limit[] },
  usernames: readonly string[],
): WrittenLogins {
  const lines = linesOf(text, usernames);
  const names = new Set(namesIn(lines));
  return { lines, limits: limits.filter(({ name }) => names.has(name)) };
}
