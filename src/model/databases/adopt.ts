// Records whose the databases and users are that were created by hand on a MariaDB server, by their prefixes. Otherwise
// the account would lose sight of them once it uses another server.
import type { Db } from '../../core/context.ts';
import { prefixesOf, type ObjectKind } from './names.ts';
import * as owners from './owners.ts';

export interface NamesAt {
  readonly databases: readonly string[];
  readonly users: readonly string[];
}

/** @returns how many were new. */
export async function adopt(
  db: Db,
  profile: string,
  found: NamesAt,
  now: number,
): Promise<{ databases: number; users: number }> {
  const accounts = await db.all<{ username: string }>(
    'SELECT username FROM account WHERE server = ?',
    db.server,
  );
  const ownerOf = new Map(
    accounts.flatMap(({ username }) => prefixesOf(username).map((prefix) => [prefix, username] as const)),
  );
  const adoptAll = async (kind: ObjectKind, names: readonly string[]) => {
    let count = 0;
    for (const name of names) {
      const owner = ownerOf.get(name.slice(0, name.indexOf('_') + 1));
      if (owner === undefined) continue;
      count += await owners.adopt(db, { engine: 'mysql', kind }, { owner, profile, names: [name], now });
    }
    return count;
  };
  return {
    databases: await adoptAll('database', found.databases),
    users: await adoptAll('user', found.users),
  };
}
