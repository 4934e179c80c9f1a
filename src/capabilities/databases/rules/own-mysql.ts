// What an account has on the MariaDB server: databases, users, and who may use which database.
import type { Db } from '../../../core/context.ts';
import { LookAgain } from '../../../core/machine-error.ts';
import type { LimitedAccount } from '../../accounts/rules/accounts.ts';
import { assertMayAdd } from './limits.ts';
import { isSessionUser, prefixesOf } from './names.ts';
import * as owners from './owners.ts';

/** The feature of an account that may have databases. */
export const FEATURE = 'mysql';
/** Accounts have databases, here or on a server that is reached over the network. */
export const ROLE = 'MySQLClient';
/** This machine has the server. */
export const LOCAL_ROLE = 'MySQL';

const engine = 'mysql';
export const DATABASES = { engine, kind: 'database' } as const;
export const USERS = { engine, kind: 'user' } as const;

/** What to ask the server for. */
export interface WantedMysql {
  readonly databases: owners.WantedNames;
  readonly users: owners.WantedNames;
}

/** The databases that the server has. */
export interface FoundDatabases {
  readonly wanted: Pick<WantedMysql, 'databases'>;
  readonly databases: readonly string[];
}

export interface FoundUsers {
  readonly wanted: Pick<WantedMysql, 'users'>;
  readonly users: readonly { readonly name: string; readonly hosts: readonly string[] }[];
}

/** What the server answered. */
export interface FoundMysql extends FoundDatabases, FoundUsers {
  readonly wanted: WantedMysql;
  /** False in a sandbox that runs no server. */
  readonly isServed: boolean;
  /** Grants on whole databases, one for each host. */
  readonly grants: readonly { readonly user: string; readonly host: string; readonly database: string }[];
}

/** What may belong to an account: what the store says, and what has its prefix. */
export async function wantedOf(db: Db, username: string): Promise<WantedMysql> {
  const prefixes = prefixesOf(username);
  const names = async (of: owners.Kind) => (await owners.listOf(db, of, username)).map(({ name }) => name);
  return {
    databases: { names: await names(DATABASES), prefixes },
    users: { names: await names(USERS), prefixes },
  };
}

export interface OwnMysql {
  readonly databases: readonly string[];
  /** Without those of sessions. */
  readonly users: readonly string[];
  /** The account’s users who have any privilege on a database of it. */
  readonly usersOf: (database: string) => string[];
  /** The account’s databases on which a user has any privilege. */
  readonly databasesOf: (user: string) => string[];
}

/** The account’s databases. */
export function ownDatabases(db: Db, username: string, found: FoundDatabases): Promise<string[]> {
  return owners.namesOf(db, DATABASES, username, foundDatabases(found));
}

const foundDatabases = ({ databases: names, wanted }: FoundDatabases) => ({
  names,
  wanted: wanted.databases,
});

const foundUsers = ({ users, wanted }: FoundUsers) => ({
  names: users.map(({ name }) => name),
  wanted: wanted.users,
});

/**
 * Asserts that an account may have one more database.
 * @param found undefined if the account had no limit when the server would have been asked.
 * @throws ApiError `limit_reached`; LookAgain if the account got a limit meanwhile.
 */
export async function assertRoom(
  db: Db,
  account: LimitedAccount,
  found: FoundDatabases | undefined,
): Promise<void> {
  const { username, settings } = account;
  if (settings.maxDatabases === null) return;
  if (found === undefined) throw new LookAgain(`The package of “${username}” was changed meanwhile.`);
  assertMayAdd(account, engine, (await ownDatabases(db, username, found)).length);
}

export async function ownMysql(db: Db, username: string, found: FoundMysql): Promise<OwnMysql> {
  const { grants } = found;
  const databases = await ownDatabases(db, username, found);
  const users = (await owners.namesOf(db, USERS, username, foundUsers(found))).filter(
    (name) => !isSessionUser(name),
  );
  const hasGrant = (user: string, database: string) =>
    grants.some((one) => one.user === user && one.database === database);
  return {
    databases,
    users,
    usersOf: (database) => users.filter((user) => hasGrant(user, database)),
    databasesOf: (user) => databases.filter((database) => hasGrant(user, database)),
  };
}

/** @throws ApiError `not_found`. Those of others get the same answer as unknown names. */
export async function assertOwnDatabase(
  db: Db,
  username: string,
  name: string,
  found: FoundDatabases,
): Promise<void> {
  await owners.assertOwn(db, DATABASES, username, name, foundDatabases(found));
}

/** @throws ApiError `not_found`. */
export async function assertOwnUser(
  db: Db,
  username: string,
  name: string,
  found: FoundUsers,
): Promise<void> {
  // The server changes and drops the users of sessions itself.
  if (isSessionUser(name)) throw owners.missing(USERS, name);
  await owners.assertOwn(db, USERS, username, name, foundUsers(found));
}
