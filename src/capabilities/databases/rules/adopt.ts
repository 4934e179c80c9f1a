// Records whose the databases and users are that were created by hand on a MariaDB server, by their prefixes. Otherwise
// the account would lose sight of them once it uses another server, and nothing would show that a call has dropped one.
import type { Db } from '../../../core/context.ts';
import type { TaskContext } from '../../../core/task.ts';
import { hasPrefixOf, prefixesOf, type ObjectKind } from './names.ts';
import * as owners from './owners.ts';
import { serverOf } from './profiles.ts';

export interface NamesAt {
  readonly databases: readonly string[];
  readonly users: readonly string[];
}

/** The accounts of this server with names that are not stored. */
async function accountsToAdoptFor(db: Db, found: NamesAt): Promise<string[]> {
  const ownerOf = await ownersByName(db);
  const lists = [
    [{ engine: 'mysql', kind: 'database' }, found.databases],
    [{ engine: 'mysql', kind: 'user' }, found.users],
  ] as const;
  const usernames = new Set<string>();
  for (const [of, names] of lists) {
    const stored = new Set((await owners.listAll(db, of)).map(({ name }) => name));
    for (const name of names) {
      const owner = ownerOf(name);
      if (owner !== undefined && !stored.has(name)) usernames.add(owner);
    }
  }
  return [...usernames];
}

/**
 * Stores those that have a prefix of an account, whose lock must be held since before they were found. @returns how many
 * were new.
 */
async function adopt(
  db: Db,
  { username, profile }: { readonly username: string; readonly profile: string },
  found: NamesAt,
  now: number,
): Promise<{ databases: number; users: number }> {
  const account = await db.get(
    'SELECT 1 FROM account WHERE server = ? AND username = ?',
    db.server,
    username,
  );
  // It was removed or renamed since it was listed.
  if (account === undefined) return { databases: 0, users: 0 };
  // An account uses one server. What another server has would take it there.
  if ((await serverOf(db, username)).profile !== profile) return { databases: 0, users: 0 };
  const adoptAll = (kind: ObjectKind, all: readonly string[]) => {
    const names = all.filter((name) => hasPrefixOf(username, name));
    return owners.adopt(db, { engine: 'mysql', kind }, { owner: username, profile, names, now });
  };
  return {
    databases: await adoptAll('database', found.databases),
    users: await adoptAll('user', found.users),
  };
}

/** The same in transactions of their own, for the server of a profile. */
export const recordsOf = (
  { transaction, now }: Pick<TaskContext, 'transaction' | 'now'>,
  profile: string,
) => ({
  accountsToAdoptFor: (found: NamesAt) => transaction('reads', (db) => accountsToAdoptFor(db, found)),
  prefixesOf,
  adopt: (username: string, found: NamesAt) =>
    transaction('changes', (db) => adopt(db, { username, profile }, found, now())),
});

/** The account of this server to which a name belongs by its prefix. */
async function ownersByName(db: Db): Promise<(name: string) => string | undefined> {
  const accounts = await db.all<{ username: string }>(
    'SELECT username FROM account WHERE server = ?',
    db.server,
  );
  const ownerOf = new Map(
    accounts.flatMap(({ username }) => prefixesOf(username).map((prefix) => [prefix, username] as const)),
  );
  return (name) => {
    const prefix = name.slice(0, name.indexOf('_') + 1);
    return prefix === name ? undefined : ownerOf.get(prefix);
  };
}
