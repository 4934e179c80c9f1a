// Says which databases and database users of an archive an account gets, and which it already has.
import type { Context, Db } from '../../../core/context.ts';
import { ApiError, badParam } from '../../../core/errors.ts';
import { assertNewName, prefixOf, prefixSizes } from './names.ts';
import * as owners from './owners.ts';

/** The names of an archive. */
export interface Importable {
  readonly created: readonly string[];
  /** Those that exist, and are the account’s: they stay as they are. */
  readonly kept: readonly string[];
}

/**
 * @param there `taken`: the names that the server has; `own`: those of them that are the account’s.
 * @throws ApiError `bad_param` if a name belongs to another account, or is taken and belongs to no account.
 */
export async function importable(
  db: Db,
  of: owners.Kind,
  owner: string,
  names: readonly string[],
  { taken, own }: { readonly taken: readonly string[]; readonly own: readonly string[] },
): Promise<Importable> {
  const created: string[] = [];
  const kept: string[] = [];
  for (const name of names) {
    await assertNotOfOther(db, of, owner, name);
    if (taken.includes(name) && own.includes(name)) {
      kept.push(name);
      continue;
    }
    await assertCreatable(db, of, owner, name, taken);
    created.push(name);
  }
  return { created, kept };
}

const nouns = { database: 'database', user: 'database user' } as const;

async function assertNotOfOther(db: Db, of: owners.Kind, owner: string, name: string): Promise<void> {
  const stored = await owners.find(db, of, name);
  if (stored !== undefined && stored.owner !== owner) {
    throw badParam(
      `The ${nouns[of.kind]} “${name}” belongs to the account “${stored.owner}”. Nothing was changed.`,
    );
  }
}

async function assertCreatable(
  db: Db,
  of: owners.Kind,
  owner: string,
  name: string,
  taken: readonly string[],
): Promise<void> {
  const what = nouns[of.kind];
  if (taken.includes(name)) {
    throw badParam(
      `There is already a ${what} named “${name}”. Rename or remove it first. Nothing was changed.`,
    );
  }
  const prefixSize = prefixSizes.find((size) => name.startsWith(prefixOf(owner, size)));
  try {
    await assertNewName(db, 'name', name, { ...of, username: owner, prefixSize });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const reason = error.message.replace(/^The parameter “name”/, 'Its name');
    throw badParam(`The ${what} “${name}” cannot be imported. ${reason} Nothing was changed.`);
  }
}

/** Says which of them exist, and what that means for the archive’s. */
export function tellAboutKept(
  { inform, warn }: Pick<Context, 'inform' | 'warn'>,
  { databases, users }: { readonly databases: readonly string[]; readonly users: readonly string[] },
): void {
  for (const name of databases) {
    warn(
      `The database “${name}” already exists, so it was kept, and its dump was not loaded. To load the dump, rename or ` +
        'remove the database, and then import again.',
    );
  }
  for (const name of users) inform(`The database user “${name}” already exists. It keeps its password.`);
}
