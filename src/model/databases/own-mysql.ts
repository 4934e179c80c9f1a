// What an account has on the MariaDB server: databases, users, and who may use which database.
import type { Db } from '../../core/context.ts';
import { prefixesOf } from './names.ts';
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
  readonly databases: { readonly names: readonly string[]; readonly prefixes: readonly string[] };
  readonly users: { readonly names: readonly string[]; readonly prefixes: readonly string[] };
}

/** The databases that the server has. */
export interface FoundDatabases {
  /** Before it was asked: milliseconds since 1970-01-01. */
  readonly at: number;
  readonly databases: readonly string[];
}

export interface FoundUsers {
  readonly at: number;
  readonly users: readonly { readonly name: string; readonly hosts: readonly string[] }[];
}

/** What the server answered. */
export interface FoundMysql extends FoundDatabases, FoundUsers {
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
  readonly users: readonly string[];
  /** The account’s users who have any privilege on a database of it. */
  readonly usersOf: (database: string) => string[];
  /** The account’s databases on which a user has any privilege. */
  readonly databasesOf: (user: string) => string[];
}

/** The account’s databases. */
export function ownDatabases(db: Db, username: string, { at, databases }: FoundDatabases): Promise<string[]> {
  return owners.namesOf(db, DATABASES, username, { at, names: databases });
}

export async function ownMysql(db: Db, username: string, found: FoundMysql): Promise<OwnMysql> {
  const { at, grants } = found;
  const databases = await ownDatabases(db, username, found);
  const names = found.users.map(({ name }) => name);
  const users = await owners.namesOf(db, USERS, username, { at, names });
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
  { databases: names, at }: FoundDatabases,
): Promise<void> {
  await owners.assertOwn(db, DATABASES, username, name, { names, at });
}

/** @throws ApiError `not_found`. */
export async function assertOwnUser(
  db: Db,
  username: string,
  name: string,
  { users, at }: FoundUsers,
): Promise<void> {
  await owners.assertOwn(db, USERS, username, name, { names: users.map((one) => one.name), at });
}
