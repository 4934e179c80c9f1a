// The files of MariaDB databases in a cpmove archive.
import { fileNameOf } from '../../archive.ts';

/** The statements of users: names, password hashes and privileges. */
export const GRANTS_FILE = 'mysql.sql';
/** The same password hashes by their plug-ins: `{user: {host: {auth_plugin, pass_hash}}}`. */
export const HASHES_FILE = 'mysql.sql-auth.json';
/** The notes of the remote access list: `{host: note}`. */
export const NOTES_FILE = 'mysql_host_notes.json';

/** `create`: the database itself. `content`: everything in it. */
export function dumpFiles(
  directory: string,
  database: string,
): { readonly create: string; readonly content: string } {
  const name = `${directory}/mysql/${fileNameOf(database)}`;
  return { create: `${name}.create`, content: `${name}.sql` };
}

/** How an archive writes the host of this machine. */
export const ARCHIVED_LOCAL_HOST = 'localhost';
