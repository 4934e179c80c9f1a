// What an account may be called, and what a domain looks like.
import type { Db } from '../../core/context.ts';
import type { Param } from '../../core/define.ts';
import { ApiError, badParam } from '../../core/errors.ts';
import type { Machine } from '../../core/machine.ts';
import { LookAgain } from '../../core/machine-error.ts';
import { quote } from '../../core/quote.ts';

/** The name of an account. The pattern is all that can be said without looking around; `ensureFree` says the rest. */
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

/** The name of an account that exists. */
export const existingAccount = { ...accountName, completes: 'account' } as const satisfies Param;

/** A domain, in any case; an internationalised one in its ASCII form. */
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

/** The domain of an account that exists. */
export const existingDomain = { ...domainName, completes: 'domain' } as const satisfies Param;

/** An email address as people write one, in ASCII. */
export const emailAddress = {
  type: 'string',
  maxLength: 254,
  pattern: {
    matches: /^(?:[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{1,63})?$/,
    expects: 'an email address such as bob@example.com, or empty',
  },
  doc: 'An email address.',
} as const satisfies Param;

/** Databases and their users begin with so much of the account's name. */
const DATABASE_PREFIX_LENGTH = 8;

/** Of two that get names with the same prefix at once, the second has to wait, and is refused then. */
export function prefixLock({ username }: { readonly username: string }): string {
  return `names that begin with ${username.slice(0, DATABASE_PREFIX_LENGTH)}`;
}

/** Names that services and system users have, or that mean something else somewhere in the API. */
const reserved: ReadonlySet<string> = new Set(
  `root bin daemon adm lp sync shutdown halt mail mailman news uucp operator games gopher ftp nobody dbus
   rpc sshd ssh ntp chrony systemd polkitd postfix exim dovecot dovenull cyrus courier mysql mariadb postgres pgsql
   apache httpd nginx www wwwrun webmaster named bind pdns unbound proftpd pureftpd vsftpd clamav spamd amavis
   tomcat redis memcached munin nagios zabbix virtfs cpanel whm whmapi whmapi1 system sudo wheel users staff shadow tty disk
   kmem tape audio video cdrom floppy backup list irc man proxy default extensions disabled all unlimited
   admin administrator hostmaster postmaster abuse test`
    .split(/\s+/)
    .filter((name) => name !== ''),
);

/** Of some names, those that users of the machine have. */
export type MachineNames = ReadonlySet<string>;

export async function findMachineNames(machine: Machine, names: readonly string[]): Promise<MachineNames> {
  return new Set((await (await machine.users()).findAll(names)).keys());
}

/**
 * May an account get this name? `from` is the one that it has, where it gets another. `ofMachine` has the name if a user
 * of the machine has it.
 * @throws ApiError `bad_param`, saying what is wrong with it.
 */
export async function ensureFree(db: Db, ofMachine: MachineNames, name: string, from = ''): Promise<void> {
  if (!accountName.pattern.matches.test(name)) {
    throw badParam(`The name ${quote(name)} should be ${accountName.pattern.expects}.`);
  }
  if (reserved.has(name)) {
    throw badParam(`“${name}” is a reserved username on this server. Choose another username.`);
  }
  const neighbour = await findNeighbour(db, name, from);
  if (neighbour === name) throw badParam(`The account “${name}” exists already; choose another name.`);
  if (neighbour !== undefined) {
    throw badParam(
      `The name “${name}” has its first ${DATABASE_PREFIX_LENGTH} characters in common with another account’s, ` +
        'whose databases begin with them; choose another.',
    );
  }
  if (ofMachine.has(name) && !(await isUnderWay(db, name))) {
    throw badParam(`The name “${name}” is that of a user of this machine; choose another.`);
  }
  if (from !== '' && (await hasSecrets(db, name))) {
    throw badParam(
      `The name “${name}” has two-factor authentication of its own stored; remove that with ` +
        'twofactorauth_remove_user_config, or choose another name.',
    );
  }
}

/**
 * Names from the letters and digits of a domain without its last part, such as `example` from example.com, then with
 * numbers at their end. The store has none of them, and the first that the machine has not either is free.
 * @throws ApiError `bad_param` if the store has all.
 */
export async function proposeNames(db: Db, domain: string): Promise<string[]> {
  const letters = domain
    .toLowerCase()
    .replace(/\.[^.]*$/, '')
    .replace(/[^a-z0-9]/g, '');
  const start = /^[a-z]/.test(letters) ? letters : `a${letters}`;
  const names: string[] = [];
  for (let number = 0; number < MOST_TRIES && names.length < MOST_PROPOSALS; number++) {
    const end = number === 0 ? '' : String(number);
    const name = start.slice(0, DATABASE_PREFIX_LENGTH - end.length) + end;
    if (await isFree(db, name)) names.push(name);
  }
  if (names.length > 0) return names;
  throw badParam(`No username like “${start.slice(0, DATABASE_PREFIX_LENGTH)}” is free. Give “username”.`);
}

/** @throws ApiError `bad_param` if the machine has all; LookAgain if another call has taken the name meanwhile. */
export async function chooseName(
  db: Db,
  proposed: readonly string[],
  ofMachine: MachineNames,
): Promise<string> {
  const name = proposed.find((one) => !ofMachine.has(one));
  if (name === undefined) throw badParam(`No username like “${proposed[0]}” is free. Give “username”.`);
  if (!(await isFree(db, name))) throw new LookAgain(`The username “${name}” was taken meanwhile.`);
  return name;
}

const MOST_TRIES = 1000;
/** Users of the machine that are no accounts rarely have more of them. */
const MOST_PROPOSALS = 20;

async function isFree(db: Db, name: string): Promise<boolean> {
  try {
    await ensureFree(db, new Set(), name);
    return true;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}

/** Another call is making the user, or removing it: this one will have to wait for what comes of that. */
async function isUnderWay(db: Db, name: string): Promise<boolean> {
  return (await db.get('SELECT 1 FROM operation_lock WHERE name = ?', `account ${name}`)) !== undefined;
}

async function hasSecrets(db: Db, name: string): Promise<boolean> {
  return (await db.get('SELECT 1 FROM tfa_secret WHERE username = ?', name)) !== undefined;
}

/** An account of the same database prefix. */
async function findNeighbour(db: Db, name: string, from: string): Promise<string | undefined> {
  const prefix = name.slice(0, DATABASE_PREFIX_LENGTH);
  const isFull = prefix.length === DATABASE_PREFIX_LENGTH;
  const row = await db.get<{ username: string }>(
    // “{” follows “z”, and “!” comes before “0”: names have letters and digits only. The name itself comes first.
    `SELECT username FROM account WHERE username >= ? AND username < ? AND username <> ?
     ORDER BY username <> ? LIMIT 1`,
    prefix,
    isFull ? `${prefix}{` : `${prefix}!`,
    from,
    name,
  );
  return row?.username;
}

/** @throws ApiError `bad_param` where an account has the domain. */
export async function ensureDomainFree(db: Db, domain: string): Promise<void> {
  if ((await db.get('SELECT 1 FROM account WHERE domain = ?', domain)) === undefined) return;
  throw badParam(`The domain “${domain}” belongs to an account already; choose another.`);
}
