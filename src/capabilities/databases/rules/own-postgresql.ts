// What an account has on the PostgreSQL server: databases, users, and who may use which database.
import type { Db } from '../../../core/context.ts';
import { prefixesOf } from './names.ts';
import * as owners from './owners.ts';

/** The feature of an account that may have databases. */
export const FEATURE = 'postgres';
export const ROLE = 'Postgres';

const engine = 'postgresql';
export const DATABASES = { engine, kind: 'database' } as const;
export const USERS = { engine, kind: 'user' } as const;

/** What to ask the server for. */
export interface WantedPostgresql {
  readonly databases: owners.WantedNames;
  readonly users: owners.WantedNames;
}

/** What the server answered. */
export interface FoundPostgresql {
  readonly wanted: WantedPostgresql;
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
export function ownUsers(db: Db, username: string, found: FoundPostgresql): Promise<string[]> {
  return owners.namesOf(db, USERS, username, foundNames(USERS, found));
}

/** The names of the account’s databases, sorted. */
export function ownDatabases(db: Db, username: string, found: FoundPostgresql): Promise<string[]> {
  return owners.namesOf(db, DATABASES, username, foundNames(DATABASES, found));
}

/** @throws ApiError `not_found`. Those of others get the same answer as unknown names. */
export async function assertOwn(
  db: Db,
  of: typeof DATABASES | typeof USERS,
  username: string,
  name: string,
  found: FoundPostgresql,
): Promise<void> {
  await owners.assertOwn(db, of, username, name, foundNames(of, found));
}

function foundNames(
  { kind }: typeof DATABASES | typeof USERS,
  { databases, users, wanted }: FoundPostgresql,
): owners.FoundNames {
  return kind === 'user'
    ? { names: users, wanted: wanted.users }
    : { names: databases.map(({ name }) => name), wanted: wanted.databases };
}
