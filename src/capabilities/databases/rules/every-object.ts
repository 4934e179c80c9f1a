// The databases, or the users of databases, of all accounts that a caller sees.
import type { Caller, Db } from '../../../core/context.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { isSessionUser, prefixesOf, type DatabaseEngine, type ObjectKind } from './names.ts';
import * as owners from './owners.ts';

/** What the servers have. Absent: no server of this kind. */
export type FoundByEngine = Readonly<Partial<Record<DatabaseEngine, readonly string[]>>>;

export interface ListedObject {
  readonly cpuser: string;
  readonly engine: DatabaseEngine;
  readonly name: string;
}

/** Without those that belong to no account, and without users of sessions. Sorted by name. */
export async function listEvery(
  { db, caller }: { readonly db: Db; readonly caller: Caller },
  kind: ObjectKind,
  found: FoundByEngine,
): Promise<ListedObject[]> {
  const seen = new Set((await accounts.list(db, caller)).map(({ username }) => username));
  const byPrefix = new Map(
    [...seen].flatMap((username) => prefixesOf(username).map((prefix) => [prefix, username] as const)),
  );
  const listed: ListedObject[] = [];
  for (const engine of ['mysql', 'postgresql'] as const) {
    const stored = new Map(
      (await owners.listAll(db, { engine, kind })).map(({ name, owner }) => [name, owner] as const),
    );
    for (const name of found[engine] ?? []) {
      if (kind === 'user' && isSessionUser(name)) continue;
      const cpuser = stored.get(name) ?? byPrefix.get(name.slice(0, name.indexOf('_') + 1));
      if (cpuser !== undefined && seen.has(cpuser)) listed.push({ cpuser, engine, name });
    }
  }
  return listed.sort((one, other) => (one.name < other.name ? -1 : 1));
}

export const everyFields = {
  payload: {
    list: {
      fields: {
        cpuser: { type: 'string', doc: 'The account.' },
        engine: { type: 'string', doc: '“mysql” (MariaDB) or “postgresql”.' },
        name: { type: 'string', doc: 'The name.' },
      },
    },
    doc: 'Sorted by name.',
  },
} as const;
