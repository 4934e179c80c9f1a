// The rules for usernames and domains of accounts.
import type { Db } from '../../../core/context.ts';
import type { Param } from '../../../core/define.ts';
import { ApiError, badParam } from '../../../core/errors.ts';
import type { Machine } from '../../../core/machine.ts';
import { LookAgain } from '../../../core/machine-error.ts';
import { quote } from '../../../core/quote.ts';

/** The name of an account. The pattern checks only the text. `assertFree` checks the other rules. */
export const accountName = {
  type: 'string',
  pattern: {
    matches: /^[a-z][a-z0-9]{0,15}$/,
    expects: 'a username: at most 16 lower-case letters and digits, the first a letter',
  },
  lowerCase: true,
  doc: 'The account’s username.',
  actsOn: true,
} as const satisfies Param;

/** The name of an existing account. */
export const existingAccount = { ...accountName, completes: 'account' } as const satisfies Param;

/** A domain, in any case. An internationalised domain must be in its ASCII form. */
export const domainName = {
  type: 'string',
  maxLength: 253,
  pattern: {
    matches: /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i,
    expects: 'a domain such as example.com (an internationalised one as xn--…)',
  },
  lowerCase: true,
  doc: 'A domain.',
} as const satisfies Param;

/** The name of a virtual host: a domain, or a wildcard subdomain. */
export const hostName = {
  ...domainName,
  pattern: {
    matches:
      /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i,
    expects: 'a domain such as www.example.com (an internationalised one as xn--…)',
  },
} as const satisfies Param;

/** The domain of an existing account, also a wildcard subdomain. */
export const existingDomain = { ...hostName, completes: 'domain' } as const satisfies Param;

/** An email address, in ASCII. */
export const emailAddress = {
  type: 'string',
  maxLength: 254,
  pattern: {
    matches: /^(?:[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{1,63})?$/,
    expects: 'an email address such as bob@example.com, or empty',
  },
  doc: 'An email address.',
} as const satisfies Param;

/** The number of characters of the account's name with which its databases and database users begin. */
const DATABASE_PREFIX_LENGTH = 8;

/**
 * The lock on a name's database prefix. If two calls use the same prefix at once, the second one waits, and then fails.
 */
export function prefixLock({ username }: { readonly username: string }): string {
  return `names that begin with ${username.slice(0, DATABASE_PREFIX_LENGTH)}`;
}

/** Names of services and system users, and names that have another meaning in the API. */
const reserved: ReadonlySet<string> = new Set(
  `root bin daemon adm lp sync shutdown halt mail mailman news uucp operator games gopher ftp nobody dbus
   rpc sshd ssh ntp chrony systemd polkitd postfix exim dovecot dovenull cyrus courier mysql mariadb postgres pgsql
   apache httpd nginx www wwwrun webmaster named bind pdns unbound proftpd pureftpd vsftpd clamav spamd amavis
   tomcat redis memcached munin nagios zabbix virtfs cpanel cpses whm whmapi whmapi1 system sudo wheel users staff shadow tty disk
   kmem tape audio video cdrom floppy backup list irc man proxy default extensions disabled all unlimited
   admin administrator hostmaster postmaster abuse test`
    .split(/\s+/)
    .filter((name) => name !== ''),
);

/** The subset of some names that belong to system users. */
export type MachineNames = ReadonlySet<string>;

export async function findMachineNames(machine: Machine, names: readonly string[]): Promise<MachineNames> {
  return new Set((await (await machine.users()).findAll(names)).keys());
}

/**
 * Checks that an account can have this name. `from` is its present name if it is renamed. `ofMachine` contains the name
 * if a system user has it.
 * @throws ApiError `bad_param`, with the reason.
 */
export async function assertFree(db: Db, ofMachine: MachineNames, name: string, from = ''): Promise<void> {
  if (!accountName.pattern.matches.test(name)) {
    throw badParam(`The name ${quote(name)} should be ${accountName.pattern.expects}.`);
  }
  if (reserved.has(name)) {
    throw badParam(`“${name}” is a reserved username on this server. Choose another username.`);
  }
  const neighbour = await findNeighbour(db, name, from);
  if (neighbour === name) throw badParam(`The account “${name}” already exists. Choose another name.`);
  if (neighbour !== undefined) {
    throw badParam(
      `The name “${name}” begins with the same ${DATABASE_PREFIX_LENGTH} characters as the name of another account, ` +
        'and the names of its databases begin with them. Choose another name.',
    );
  }
  if (ofMachine.has(name) && !(await isUnderWay(db, name))) {
    throw badParam(`The name “${name}” belongs to a system user of this server. Choose another name.`);
  }
  if (from !== '' && (await hasSecrets(db, name))) {
    throw badParam(
      `Two-factor authentication is already configured for the name “${name}”. Remove it with ` +
        'twofactorauth_remove_user_config, or choose another name.',
    );
  }
}

/**
 * Proposes names that are free in the store. They consist of the letters and digits of a domain without its last part,
 * such as `example` for example.com, first without and then with a number at the end. The first name that no system
 * user has either can be used.
 * @throws ApiError `bad_param` if none is free.
 */
export async function proposeNames(db: Db, domain: string): Promise<string[]> {
  const letters = domain
    .toLowerCase()
    .replace(/\.[^.]*$/, '')
    .replace(/[^a-z0-9]/g, '');
  const start = /^[a-z]/.test(letters) ? letters : `a${letters}`;
  const names: string[] = [];
  for (let number = 0; number < MAX_TRIES && names.length < MAX_PROPOSALS; number++) {
    const end = number === 0 ? '' : String(number);
    const name = start.slice(0, DATABASE_PREFIX_LENGTH - end.length) + end;
    if (await isFree(db, name)) names.push(name);
  }
  if (names.length > 0) return names;
  throw badParam(`No username like “${start.slice(0, DATABASE_PREFIX_LENGTH)}” is free. Pass “username”.`);
}

/** The first proposed name that no system user has. */
export function freeName(proposed: readonly string[], ofMachine: MachineNames): string | undefined {
  return proposed.find((one) => !ofMachine.has(one));
}

/** @throws ApiError `bad_param` if system users have all names; LookAgain if another call took the name meanwhile. */
export async function chooseName(
  db: Db,
  proposed: readonly string[],
  ofMachine: MachineNames,
): Promise<string> {
  const name = freeName(proposed, ofMachine);
  if (name === undefined) throw badParam(`No username like “${proposed[0]}” is free. Pass “username”.`);
  if (!(await isFree(db, name))) throw new LookAgain(`The username “${name}” was taken meanwhile.`);
  return name;
}

const MAX_TRIES = 1000;
/** There are rarely more similar names among the system users without an account. */
const MAX_PROPOSALS = 20;

async function isFree(db: Db, name: string): Promise<boolean> {
  try {
    await assertFree(db, new Set(), name);
    return true;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}

/** True if another call is creating or removing this user. The present call will then wait for that call's outcome. */
async function isUnderWay(db: Db, name: string): Promise<boolean> {
  return (await db.get('SELECT 1 FROM operation_lock WHERE name = ?', `account ${name}`)) !== undefined;
}

async function hasSecrets(db: Db, name: string): Promise<boolean> {
  return (await db.get('SELECT 1 FROM tfa_secret WHERE username = ?', name)) !== undefined;
}

/** Finds an account with the same database prefix. */
async function findNeighbour(db: Db, name: string, from: string): Promise<string | undefined> {
  const prefix = name.slice(0, DATABASE_PREFIX_LENGTH);
  const isFull = prefix.length === DATABASE_PREFIX_LENGTH;
  const row = await db.get<{ username: string }>(
    // Names contain only letters and digits. “{” is the character after “z”, and “!” sorts before “0”. An account with
    // exactly this name comes first.
    `SELECT username FROM account WHERE username >= ? AND username < ? AND username <> ?
     ORDER BY username <> ? LIMIT 1`,
    prefix,
    isFull ? `${prefix}{` : `${prefix}!`,
    from,
    name,
  );
  return row?.username;
}
