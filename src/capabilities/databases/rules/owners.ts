// Whose the databases and users of database servers are. The servers know which ones exist; the store knows whose they
// are. What has an account’s prefix and belongs to nobody else is the account’s too.
import type { Db } from '../../../core/context.ts';
import { notFound, type ApiError } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { hasPrefixOf, prefixesOf, type DatabaseEngine, type ObjectKind } from './names.ts';

export { LOCAL_PROFILE } from '../../../ground/rules/databases/active-server.ts';

const tables = { database: 'database', user: 'database_user' } as const;

/** Which kind of objects of which engine. */
export interface Kind {
  readonly engine: DatabaseEngine;
  readonly kind: ObjectKind;
}

export interface OwnedObject {
  readonly name: string;
  readonly owner: string;
  readonly profile: string;
  /** Milliseconds since 1970-01-01. */
  readonly createdAt: number;
}

/** What a server was asked for: these names, and all names with these prefixes. */
export interface WantedNames {
  readonly names: readonly string[];
  readonly prefixes: readonly string[];
}

/** The names that a server has. */
export interface FoundNames {
  readonly names: readonly string[];
  readonly wanted: WantedNames;
}

const columns = 'name, owner, profile, created_at AS "createdAt"';

/** What the store says of an account. */
export function listOf(db: Db, { engine, kind }: Kind, owner: string): Promise<OwnedObject[]> {
  return db.all(
    `SELECT ${columns} FROM ${tables[kind]} WHERE server = ? AND engine = ? AND owner = ? ORDER BY name`,
    ...[db.server, engine, owner],
  );
}

/** All rows of this server. */
export function listAll(db: Db, { engine, kind }: Kind): Promise<OwnedObject[]> {
  return db.all(
    `SELECT ${columns} FROM ${tables[kind]} WHERE server = ? AND engine = ? ORDER BY name`,
    ...[db.server, engine],
  );
}

/** What the store says of a name. */
export function find(db: Db, { engine, kind }: Kind, name: string): Promise<OwnedObject | undefined> {
  return db.get(
    `SELECT ${columns} FROM ${tables[kind]} WHERE server = ? AND engine = ? AND name = ?`,
    ...[db.server, engine, name],
  );
}

/**
 * The account’s names, sorted: those that the server has, and those that the account got after it was asked. They are in
 * the store, but it was not asked for them. What was dropped by hand is left out.
 */
export async function namesOf(db: Db, of: Kind, owner: string, found: FoundNames): Promise<string[]> {
  const there = new Set(found.names);
  const asked = new Set(found.wanted.names);
  const stored = (await listOf(db, of, owner)).filter(({ name }) => there.has(name) || !asked.has(name));
  const others = new Set(await othersWithPrefixOf(db, of, owner));
  const adopted = found.names.filter((name) => hasPrefixOf(owner, name) && !others.has(name));
  return [...new Set([...stored.map(({ name }) => name), ...adopted])].sort();
}

/**
 * Asserts that an account has a database or user that exists. Those of others get the same answer as unknown names.
 * @throws ApiError `not_found`.
 */
export async function assertOwn(
  db: Db,
  of: Kind,
  owner: string,
  name: string,
  found: FoundNames,
): Promise<void> {
  if (!(await namesOf(db, of, owner, found)).includes(name)) throw missing(of, name);
}

export function missing({ kind }: Kind, name: string): ApiError {
  return notFound(`You do not have a ${kind} named ${quote(name)}.`);
}

/** Names with a prefix of an account that the store says belong to others. */
export async function othersWithPrefixOf(
  db: Db,
  { engine, kind }: Kind,
  username: string,
): Promise<string[]> {
  const prefixes = prefixesOf(username);
  const rows = await db.all<{ name: string }>(
    `SELECT name FROM ${tables[kind]} WHERE server = ? AND engine = ? AND owner <> ?
        AND (${prefixes.map(() => 'substr(name, 1, ?) = ?').join(' OR ')})`,
    ...[db.server, engine, username],
    ...prefixes.flatMap((prefix) => [prefix.length, prefix]),
  );
  return rows.map(({ name }) => name);
}

/** Those of the names that belong to no account, neither by the store nor by their prefix. */
export async function unowned(db: Db, of: Kind, names: readonly string[]): Promise<string[]> {
  const stored = new Set((await listAll(db, of)).map(({ name }) => name));
  const accounts = await db.all<{ username: string }>('SELECT username FROM account');
  const prefixes = new Set(accounts.flatMap(({ username }) => prefixesOf(username)));
  // An account’s name has no underscore.
  const prefixed = (name: string) => prefixes.has(name.slice(0, name.indexOf('_') + 1));
  return names.filter((name) => !stored.has(name) && !prefixed(name));
}

export async function insert(db: Db, { engine, kind }: Kind, row: OwnedObject): Promise<void> {
  await db.run(
    `INSERT INTO ${tables[kind]} (server, engine, name, owner, profile, created_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (server, engine, name) DO UPDATE
     SET owner = excluded.owner, profile = excluded.profile, created_at = excluded.created_at`,
    ...[db.server, engine, row.name, row.owner, row.profile, row.createdAt],
  );
}

/** Stores that names which belong to an account by its prefix are its own. @returns how many were new. */
export async function adopt(
  db: Db,
  of: Kind,
  { owner, profile, names, now }: { owner: string; profile: string; names: readonly string[]; now: number },
): Promise<number> {
  let count = 0;
  for (const name of names) {
    if ((await find(db, of, name)) !== undefined) continue;
    await insert(db, of, { name, owner, profile, createdAt: now });
    count += 1;
  }
  return count;
}

export async function remove(db: Db, { engine, kind }: Kind, name: string): Promise<void> {
  await db.run(
    `DELETE FROM ${tables[kind]} WHERE server = ? AND engine = ? AND name = ?`,
    ...[db.server, engine, name],
  );
}

/** The row keeps its owner, or gets this one if there is no row. */
export async function rename(
  db: Db,
  of: Kind,
  {
    from,
    to,
    now,
    ...others
  }: Pick<OwnedObject, 'owner' | 'profile'> & { from: string; to: string; now: number },
): Promise<void> {
  const stored = await find(db, of, from);
  await remove(db, of, from);
  const row = stored ?? { ...others, createdAt: now };
  await insert(db, of, { ...row, name: to });
}
