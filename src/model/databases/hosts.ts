// The hosts from which the MariaDB users of an account may connect.
import type { Db } from '../../core/context.ts';

/** Every user may connect from this machine. */
export const LOCAL_HOST = 'localhost';

export interface RemoteHost {
  readonly host: string;
  /** Empty: none. */
  readonly note: string;
}

/** The account’s remote access list, sorted. */
export function listOf(db: Db, owner: string): Promise<RemoteHost[]> {
  return db.all('SELECT host, note FROM database_host WHERE owner = ? ORDER BY host', owner);
}

/** The hosts of each of the account’s users. */
export async function hostsOf(db: Db, owner: string): Promise<string[]> {
  return [LOCAL_HOST, ...(await listOf(db, owner)).map(({ host }) => host)];
}
