// Says whether an account may get a database or a database user of an archive under its name.
import type { Db } from '../../../core/context.ts';
import { ApiError, badParam } from '../../../core/errors.ts';
import { assertNewName, prefixOf, prefixSizes } from './names.ts';
import * as owners from './owners.ts';

/** @param taken the names that the server has. @throws ApiError `bad_param`. */
export async function assertImportable(
  db: Db,
  of: owners.Kind,
  owner: string,
  name: string,
  taken: readonly string[],
): Promise<void> {
  const what = of.kind === 'database' ? 'database' : 'database user';
  const stored = await owners.find(db, of, name);
  if (stored !== undefined && stored.owner !== owner) {
    throw badParam(`The ${what} “${name}” belongs to the account “${stored.owner}”. Nothing was changed.`);
  }
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
