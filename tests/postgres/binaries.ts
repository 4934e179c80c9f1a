// Where PostgreSQL’s programs are. Debian keeps the server’s programs outside of PATH, in a folder for each version.
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const DEBIAN = '/usr/lib/postgresql';

/** @throws Error if it is not installed: a suite that needs it fails, and is not skipped. */
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
