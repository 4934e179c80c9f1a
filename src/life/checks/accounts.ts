// The accounts of the store, the users of the machine, and the homes match.
import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import * as accountParts from '../driver/account-parts.ts';
import { HOME, USER } from '../../capabilities/accounts/driver/account-part.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';
import type { InspectedStore } from '../../store/inspect.ts';
import {
  count,
  note,
  ok,
  problem,
  warning,
  withStore,
  word,
  type Check,
  type Finding,
  type Subject,
} from '../../ground/doctor/check.ts';
import { isKnownId, usersOf, type MachineUser } from '../../ground/doctor/machine-users.ts';

interface Account {
  readonly username: string;
  readonly uid: number;
  readonly home: string;
}

/** Further findings of one kind are only counted. */
const SHOWN = 10;
const HOMES = '/home';

const check: Check = {
  title: 'Accounts',
  order: 50,
  run: (subject) => withStore(subject, (store) => compare(subject, store)),
};

async function compare(subject: Subject, { db }: InspectedStore): Promise<readonly Finding[]> {
  const users = await usersOf(subject);
  const stored = await db.all<Account>(
    'SELECT username, uid, home FROM account WHERE server = ? ORDER BY username',
    db.server,
  );
  // Calls in progress create and remove users, so the users and domains that they lock may be inconsistent now.
  const busy = new Set(
    (await db.all<{ name: string }>('SELECT name FROM operation_lock')).map(({ name }) => name),
  );
  const settled = stored.filter(({ username }) => !busy.has(`account ${username}`));
  const names = new Set(stored.map(({ username }) => username));
  // `databases.ts` looks at databases.
  const active = await rolesOf({ db, system: subject.machine.system });
  const roles = new Set(['DNS', 'WebServer'].filter((role) => active.has(role)));
  const { missing, problems } = await accountParts.missing(
    { machine: subject.machine, roles, transaction: (_, work) => work(db) },
    (await accounts.listAll(db)).filter(({ username }) => !busy.has(`account ${username}`)),
  );
  const findings = [
    ...shorten(problems.map((sentence) => problem(sentence))),
    ...shorten(missing.flatMap((one) => missingParts(one, users))),
    ...shorten(settled.flatMap((account) => userFaults(account, users))),
    ...shorten(
      settled.filter(({ username }) => users.has(username)).flatMap((one) => homeFaults(one, subject)),
    ),
    ...shorten(strangers(subject, users, names, busy)),
    ...shorten(await orphans(subject, users, stored, busy)),
  ];
  if (findings.some(({ severity }) => severity !== 'note')) return findings;
  return [
    ...findings,
    ok(`${count(stored.length, 'account')}: each has its user and its home, and no home is left over.`),
  ];
}

const rebuildOf = (username: string) => `whmapi1 --rebuild ${word(username)}`;

/** What the server lacks of an account that has its user. */
function missingParts(
  { username, part, what, kind }: accountParts.Missing,
  users: ReadonlyMap<string, MachineUser>,
): Finding[] {
  if (!users.has(username) || part === USER || part === HOME) return [];
  const message = `The server lacks something of the account “${username}”: ${what}.`;
  if (kind !== 'optional') return [problem(message, rebuildOf(username))];
  return [note(`${message} Ignore this if another nameserver has the zone.`, rebuildOf(username))];
}

function userFaults({ username, uid }: Account, users: ReadonlyMap<string, MachineUser>): Finding[] {
  const user = users.get(username);
  if (user === undefined) {
    const missing = `The account “${username}” has no user in the passwd file.`;
    const again = `${missing} Create the user again with the user ID ${uid}. Its home may still be there.`;
    return [problem(again, rebuildOf(username))];
  }
  if (user.uid === uid) return [];
  return [
    problem(
      `The account “${username}” has the user ID ${uid} in the store and ${user.uid} in the passwd file.`,
      `usermod --uid ${uid} ${username}`,
    ),
  ];
}

function homeFaults({ username, uid, home }: Account, { isSandbox, stateDirectory }: Subject): Finding[] {
  const place = isSandbox ? join(stateDirectory, 'root', home) : home;
  const stats = lstatSync(place, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) {
    if (isSandbox || stats.uid === uid) return [];
    const foreign = `The home “${place}” of the account “${username}” belongs to the user ID ${stats.uid}.`;
    return [problem(foreign, `chown --no-dereference ${username}:${username} ${word(place)}`)];
  }
  return [
    problem(
      `The home “${place}” of the account “${username}” is missing. Its files have to come from a backup.`,
      rebuildOf(username),
    ),
  ];
}

/** Users of a sandbox that are neither root nor an account's user. */
function strangers(
  { isSandbox, stateDirectory }: Subject,
  users: ReadonlyMap<string, MachineUser>,
  names: ReadonlySet<string>,
  busy: ReadonlySet<string>,
): Finding[] {
  if (!isSandbox) return [];
  const left = [...users.keys()].filter((name) => name !== 'root' && !names.has(name));
  const passwd = word(join(stateDirectory, 'root/etc/passwd'));
  return left
    .filter((name) => !busy.has(`account ${name}`))
    .map((name) => warning(`The user “${name}” of the sandbox has no account: see ${passwd}`));
}

/** Homes that belong neither to an account nor to any other user of the machine. */
async function orphans(
  subject: Subject,
  users: ReadonlyMap<string, MachineUser>,
  accounts: readonly Account[],
  busy: ReadonlySet<string>,
): Promise<Finding[]> {
  const { isSandbox, stateDirectory } = subject;
  const base = isSandbox ? join(stateDirectory, 'root', HOMES) : HOMES;
  const homes = new Set([...accounts, ...users.values()].map(({ home }) => home));
  const findings: Finding[] = [];
  for (const name of foldersOf(base)) {
    if (homes.has(`${HOMES}/${name}`) || busy.has(`account ${name}`) || name === 'lost+found') continue;
    const place = join(base, name);
    const stats: Stats | undefined = lstatSync(place, { throwIfNoEntry: false });
    // The home was removed meanwhile, or it belongs to a user who is not in the passwd file, for example in LDAP.
    if (stats === undefined || (!isSandbox && (await isKnownId(subject, stats.uid, users)))) continue;
    // The files are of value if the account was lost by mistake, so the command only shows them.
    const left = `The home “${place}” belongs to no account. Remove it if nothing in it is needed.`;
    findings.push(warning(left, `du -sh -- ${word(place)}`));
  }
  return findings;
}

function foldersOf(base: string): string[] {
  try {
    return readdirSync(base, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return [];
    throw error;
  }
}

function shorten(findings: readonly Finding[]): Finding[] {
  const more = findings.length - SHOWN;
  const [last] = findings.slice(-1);
  if (more <= 0 || last === undefined) return [...findings];
  return [...findings.slice(0, SHOWN), { severity: last.severity, message: `${more} more of the same..` }];
}

export default check;
