// Where PostgreSQL's programs are. Debian keeps those of a server out of the path, in a folder for each version.
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const DEBIAN = '/usr/lib/postgresql';

/** @throws Error where it is not installed: a suite that needs it fails, rather than to be left out. */
export function binary(name: string): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).map(Number).filter(Boolean) : [];
  const newestFirst = versions
    .sort((one, other) => other - one)
    .map((version) => join(DEBIAN, `${version}/bin`));
  const folders = [...newestFirst, ...(process.env.PATH ?? '').split(delimiter)];
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error(
    `PostgreSQL’s “${name}” is neither in ${DEBIAN} nor in the path. Install it: apt-get install postgresql.`,
  );
}
