// The files of PostgreSQL databases in a cpmove archive. Its documentation has the files of users and privileges in
// `psql/`; importers also find them at the top. An export writes them at the top, and an import looks in both places.
import { fileNameOf } from '../../archive.ts';

export const USERS_FILE = 'psql_users.sql';
export const GRANTS_FILE = 'psql_grants.sql';

export function dumpFile(directory: string, database: string): string {
  return `${directory}/psql/${fileNameOf(database)}.tar`;
}
