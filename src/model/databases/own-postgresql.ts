// What an account has on the PostgreSQL server: databases, users, and who may use which database.
import type { Db } from '../../core/context.ts';
import { prefixesOf } from './names.ts';
import * as owners from './owners.ts';

/** The feature of an account that may have databases. */
export const FEATURE = 'postgres';
export const ROLE = 'Postgres';

const engine = 'postgresql';
export const DATABASES = { engine, kind: 'database' } as const;
export const USERS = { engine, kind: 'user' } as const;

interface Wanted {
  readonly names: readonly string[];
  readonly prefixes: readonly string[];
}

/** What to ask the server for. */
export interface WantedPostgresql {
  readonly databases: Wanted;
  readonly users: Wanted;
}

/** What the server answered. */
export interface FoundPostgresql {
  /** Before it was asked: milliseconds since 1970-01-01. */
  readonly at: number;
  readonly databases: readonly { readonly name: string; readonly users: readonly string[] }[];
  readonly users: readonly string[];
}

/** What may belong to an account: what the store says, and what has its prefix. */
export async function wantedOf(db: Db, username: string): Promise<WantedPostgresql> {
  const prefixes = prefixesOf(username);
  const names = async (of: owners.Kind) => (await owners.listOf(db, of, username)).map(({ name }) => name);
  return {
    databases: { names: await names(DATABASES), prefixes },
    users: { names: await names(USERS), prefixes },
  };
}

/** The names of the account’s users, sorted. */
export function ownUsers(db: Db, username: string, { at, users }: FoundPostgresql): Promise<string[]> {
  return owners.namesOf(db, USERS, username, { at, names: users });
}

/** The names of the account’s databases, sorted. */
export function ownDatabases(
  db: Db,
  username: string,
  { at, databases }: FoundPostgresql,
): Promise<string[]> {
  return owners.namesOf(db, DATABASES, username, { at, names: databases.map(({ name }) => name) });
}

/** @throws ApiError `not_found`. Those of others get the same answer as unknown names. */
export async function assertOwn(
  db: Db,
  of: typeof DATABASES | typeof USERS,
  username: string,
  name: string,
  { at, databases, users }: FoundPostgresql,
): Promise<void> {
  const names = of.kind === 'user' ? users : databases.map((one) => one.name);
  await owners.assertOwn(db, of, username, name, { names, at });
}
