// How the web server answers requests for directories without an index file: with a list of their files, or not.
import type { Db, FreeContext } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import { absolute } from '../../files/rules/names.ts';

/** `inherit`: as the directory above. Without any setting, there is no list. */
export const indexTypes = ['inherit', 'disabled', 'standard', 'fancy'] as const;
export type IndexType = (typeof indexTypes)[number];

/** The types of an account's directories, by their paths below the home. `inherit` is not stored. */
export type Indexes = ReadonlyMap<string, IndexType>;

/** Each is a section in the web server's configuration. */
const MAX_DIRECTORIES = 100;

export const FEATURE = 'indexmanager';

export const typeDoc =
  'disabled: no list. standard: a list of names. fancy: a list with sizes and dates. inherit: as the directory above it; ' +
  'without any setting, there is no list.';

export async function ofUser(db: Db, username: string): Promise<Indexes> {
  const rows = await db.all<{ path: string; type: IndexType }>(
    'SELECT path, type FROM directory_index WHERE username = ? ORDER BY path',
    username,
  );
  return new Map(rows.map(({ path, type }) => [path, type]));
}

/** @throws ApiError `bad_param` if too many directories have a setting. */
export function withType(indexes: Indexes, path: string, type: IndexType): Indexes {
  const others = [...indexes].filter(([one]) => one !== path);
  if (type === 'inherit') return new Map(others);
  if (others.length >= MAX_DIRECTORIES) {
    throw badParam(
      `At most ${MAX_DIRECTORIES} directories of an account can have a setting. Set another one to “inherit” first.`,
    );
  }
  return new Map([...others, [path, type] as const].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export async function set(db: Db, username: string, path: string, type: IndexType): Promise<void> {
  await db.run('DELETE FROM directory_index WHERE username = ? AND path = ?', username, path);
  if (type === 'inherit') return;
  await db.run('INSERT INTO directory_index (username, path, type) VALUES (?, ?, ?)', username, path, type);
}

/** The path of an existing directory below the home. @throws MachineError as for other files. */
export async function findDirectory({ machine, caller }: FreeContext, dir: string): Promise<string> {
  const files = await machine.userFiles(caller.user);
  // Fails unless it is a directory in the home.
  await files.list(dir, { limit: 1 });
  return absolute(files.home, dir).slice(files.home.length + 1);
}

/** @throws ApiError `bad_param` for a path that cannot be in the web server's configuration. */
export function assertConfigurable(path: string): void {
  if (path === '')
    throw badParam('The parameter “dir” should be a directory of a website, such as public_html.');
  if (/[^\x20-\x7e]|["\\<>$%*?[\]]/.test(path)) {
    throw badParam(
      'The path of the directory can have only ASCII characters, without quotes, backslashes, brackets, “<”, “>”, “$”, ' +
        '“%”, “*” and “?”: it becomes a part of the web server’s configuration.',
    );
  }
}
