// What an import of MariaDB databases may create for an account. Everything is checked before anything is created.
import type { Context } from '../../../core/context.ts';
import { ApiError, badParam } from '../../../core/errors.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import * as hosts from './hosts.ts';
import { importable } from './importable.ts';
import { assertMayHave } from './limits.ts';
import { DATABASES, ownMysql, USERS, type FoundMysql } from './own-mysql.ts';
import { ALL_PRIVILEGES, privileges as known } from './privileges.ts';
import { serverOf } from './profiles.ts';

interface OnObject {
  readonly database: string;
  readonly level: 'table' | 'PROCEDURE' | 'FUNCTION' | 'PACKAGE' | 'PACKAGE BODY';
  readonly object: string;
  readonly privileges: readonly { readonly name: string; readonly columns?: readonly string[] }[];
}

/** What an archive has. */
export interface ArchivedMysql {
  readonly databases: readonly {
    readonly name: string;
    readonly characterSet?: string;
    readonly collation?: string;
  }[];
  readonly logins: readonly { readonly user: string; readonly host: string; readonly hash?: string }[];
  readonly grants: readonly {
    readonly user: string;
    readonly host: string;
    /** Undefined: none of the archive’s. */
    readonly database: string | undefined;
    readonly privileges: readonly string[];
    /** With the right to pass them on. */
    readonly canGrant: boolean;
    readonly line: number;
  }[];
  /** On tables, views and routines. */
  readonly objects: readonly (OnObject & {
    readonly user: string;
    readonly host: string;
    readonly canGrant: boolean;
    readonly line: number;
  })[];
  readonly hashOf: (
    user: string,
    host: string,
  ) => { readonly plugin: string; readonly hash: string } | undefined;
  readonly notes: ReadonlyMap<string, string>;
}

export interface ImportedMysql {
  readonly databases: ArchivedMysql['databases'];
  readonly users: readonly { readonly name: string; readonly hosts: readonly string[] }[];
  /** The native hash of each user’s password. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly grants: readonly {
    readonly user: string;
    readonly database: string;
    readonly privileges: readonly string[];
  }[];
  readonly objects: readonly (OnObject & { readonly user: string; readonly hosts: readonly string[] })[];
  /** What exists, and is the account’s. Its users keep their passwords. */
  readonly kept: { readonly databases: readonly string[]; readonly users: readonly string[] };
  /** New entries of the remote access list. */
  readonly hosts: readonly hosts.RemoteHost[];
  /** Users who existed before, and must be able to connect from the new hosts too. */
  readonly widened: readonly string[];
}

const NATIVE = /^\*[0-9A-F]{40}$/i;
const LOCAL: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);

/** @throws ApiError `bad_param`, `limit_reached`. */
export async function importedMysql(
  context: Context,
  account: Account,
  archived: ArchivedMysql,
  found: FoundMysql,
): Promise<ImportedMysql> {
  const { db, warn } = context;
  const owner = account.username;
  const own = await ownMysql(db, owner, found);
  const databases = await importable(
    ...([db, DATABASES, owner] as const),
    archived.databases.map(({ name }) => name),
    { taken: found.databases, own: own.databases },
  );
  assertMayHave(account, 'mysql', own.databases.length + databases.created.length);
  const names = [...new Set(archived.logins.map(({ user }) => user))].filter((user) => user !== owner);
  const taken = found.users.map(({ name }) => name);
  const users = await importable(db, USERS, owner, names, { taken, own: own.users });
  if (archived.logins.some(({ user }) => user === owner)) {
    warn(
      `The database user “${owner}” was left out, because it has the name of the account. Create another user for the ` +
        'programs that use it.',
    );
  }
  const remote = await remoteHosts(context, owner, archived);
  const listed = await hosts.listOf(db, owner);
  const added = remote.filter(({ host }) => !listed.some((one) => one.host === host));
  for (const { host } of added) await hosts.assertMayAdd(db, owner, host);
  const { client } = await serverOf(db, owner);
  const all = [...new Set([client, ...listed.map(({ host }) => host), ...remote.map(({ host }) => host)])];
  const hashes: Record<string, string> = {};
  for (const name of users.created) hashes[name] = await hashFor(context, name, archived);
  // What exists keeps its privileges on what exists.
  const isChanged = ({ user, database }: { readonly user: string; readonly database: string }) =>
    users.created.includes(user) || databases.created.includes(database);
  const hostsOf = (user: string) => found.users.find(({ name }) => name === user)?.hosts ?? all;
  const grants = grantsFor(archived, owner, names).filter(isChanged);
  const objects = objectsFor(archived, owner, names)
    .filter(isChanged)
    .map((one) => ({ ...one, hosts: hostsOf(one.user) }));
  tellAboutPassingOn(context, archived, owner);
  return {
    databases: archived.databases.filter(({ name }) => databases.created.includes(name)),
    users: users.created.map((name) => ({ name, hosts: all })),
    kept: { databases: databases.kept, users: users.kept },
    hashes,
    grants,
    objects,
    hosts: added,
    widened: added.length === 0 ? [] : own.users,
  };
}

/** Hosts of the archive, except this machine as the archive’s server saw it. */
async function remoteHosts(
  { warn }: Context,
  owner: string,
  { logins, notes }: ArchivedMysql,
): Promise<hosts.RemoteHost[]> {
  const given = logins.filter(({ user }) => user !== owner).map(({ host }) => host.toLowerCase());
  const found: hosts.RemoteHost[] = [];
  for (const host of new Set([...given, ...notes.keys()])) {
    if (LOCAL.has(host)) continue;
    try {
      found.push({ host: hosts.readHost(host), note: notes.get(host) ?? '' });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      warn(`The host “${host}” was left out of the remote access list. ${error.message}`);
    }
  }
  return found;
}

/** A user has one password for all hosts: that for this machine, if there is one. */
async function hashFor(
  { warn, randomBytes }: Context,
  name: string,
  archived: ArchivedMysql,
): Promise<string> {
  const logins = archived.logins.filter(({ user }) => user === name);
  const found = [...logins.filter(({ host }) => LOCAL.has(host)), ...logins].map(({ host, hash }) =>
    hash === undefined ? archived.hashOf(name, host) : { plugin: 'mysql_native_password', hash },
  );
  const [first] = found;
  if (first === undefined || first.hash === '') {
    throw badParam(`The database user “${name}” of the archive has no password. Nothing was changed.`);
  }
  if (found.some((one) => one?.hash !== first.hash)) {
    warn(
      `The database user “${name}” had different passwords for its hosts. It has one for all of them now.`,
    );
  }
  if (first.plugin === 'mysql_native_password' && NATIVE.test(first.hash)) return first.hash.toUpperCase();
  warn(
    `The password of the database user “${name}” could not be taken over, because MariaDB does not know its form ` +
      `(${first.plugin}). Set a new one: set_mysql_password.`,
  );
  return `*${Buffer.from(await randomBytes(20))
    .toString('hex')
    .toUpperCase()}`;
}

function grantsFor(
  archived: ArchivedMysql,
  owner: string,
  names: readonly string[],
): ImportedMysql['grants'] {
  const byPair = new Map<string, { user: string; database: string; privileges: Set<string> }>();
  for (const { user, database, privileges, line } of archived.grants) {
    if (user === owner) continue;
    const refuse = (why: string) =>
      badParam(`Line ${line} of mysql.sql grants privileges ${why}. Nothing was changed.`);
    if (database === undefined) throw refuse('on something else than one database of the archive');
    if (!names.includes(user)) throw refuse(`to “${user}”, whom the archive does not create`);
    const all = privileges.some((one) => one === ALL_PRIVILEGES || one === 'ALL');
    const unknown = privileges.find((one) => !allowed.has(one));
    if (!all && unknown !== undefined) throw refuse(`that an account cannot have: ${unknown}`);
    const key = JSON.stringify([user, database]);
    const held = byPair.get(key) ?? { user, database, privileges: new Set<string>() };
    for (const one of all ? [ALL_PRIVILEGES] : privileges) held.privileges.add(one);
    byPair.set(key, held);
  }
  return [...byPair.values()].map(({ user, database, privileges }) => ({
    ...{ user, database },
    privileges: privileges.has(ALL_PRIVILEGES) ? [ALL_PRIVILEGES] : [...privileges].sort(),
  }));
}

/** An account cannot give this right to its users, and so it gets nobody who has it. */
function tellAboutPassingOn({ warn }: Context, { grants, objects }: ArchivedMysql, owner: string): void {
  const rights = [...grants.map((grant) => ({ ...grant, object: '' })), ...objects]
    .filter(({ canGrant, user }) => canGrant && user !== owner)
    .map(({ user, database = '', object }) => {
      const on = `${object === '' ? '' : `“${object}” of `}“${database}”`;
      return `The right of “${user}” to pass on its privileges on ${on} (GRANT OPTION) was left out, because users of accounts do not have it.`;
    });
  for (const right of new Set(rights)) warn(right);
}

/** From all hosts the same, as everything that a user may do. */
function objectsFor(
  { objects, databases }: ArchivedMysql,
  owner: string,
  names: readonly string[],
): (OnObject & { readonly user: string })[] {
  const found = new Map<string, OnObject & { readonly user: string }>();
  for (const { user, database, level, object, privileges, line } of objects) {
    if (user === owner) continue;
    const refuse = (why: string) =>
      badParam(`Line ${line} of mysql.sql grants privileges ${why}. Nothing was changed.`);
    if (!databases.some(({ name }) => name === database))
      throw refuse('on something else than one database of the archive');
    if (!names.includes(user)) throw refuse(`to “${user}”, whom the archive does not create`);
    for (const { name, columns } of privileges) {
      const possible = columns !== undefined ? onColumns : level === 'table' ? onTables : onRoutines;
      if (!possible.has(name)) throw refuse(`that an account cannot have: ${name}`);
    }
    const one = { user, database, level, object, privileges };
    found.set(JSON.stringify(one), one);
  }
  return [...found.values()];
}

const onColumns: ReadonlySet<string> = new Set(['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']);
const onTables: ReadonlySet<string> = new Set([
  ...onColumns,
  ...['DELETE', 'CREATE', 'DROP', 'INDEX', 'ALTER', 'CREATE VIEW', 'SHOW VIEW', 'TRIGGER', 'DELETE HISTORY'],
  ...['ALL', ALL_PRIVILEGES],
]);
const onRoutines: ReadonlySet<string> = new Set([
  ...['EXECUTE', 'ALTER ROUTINE', 'SHOW CREATE ROUTINE', 'ALL', ALL_PRIVILEGES],
]);
const allowed: ReadonlySet<string> = new Set([...known, 'DELETE HISTORY']);
