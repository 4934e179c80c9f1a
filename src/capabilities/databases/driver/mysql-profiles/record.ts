// Records whose the databases and users are that were created by hand on a MariaDB server.
import type { DatabasePlace } from '../../../../core/machine-databases.ts';
import type { NamesAt } from '../../rules/adopt.ts';
import { eachAccount, type LockingWork } from '../../../../ground/driver/each-account.ts';
import type { MysqlMachine } from '../mysql/server.ts';
import { namesAt } from './look-mysql-profiles.ts';

interface Counts {
  databases: number;
  users: number;
}

/** What is stored of accounts. */
export interface Records {
  /** The accounts with names that are not stored. */
  accountsToAdoptFor(found: NamesAt): Promise<string[]>;
  prefixesOf(username: string): readonly string[];
  /** @returns how many were new. */
  adopt(username: string, found: NamesAt): Promise<Counts>;
}

export interface Recorded extends Counts {
  /** Why accounts failed, by username. */
  readonly failures: ReadonlyMap<string, string>;
}

/** @returns how many were new. */
export async function record(
  machine: MysqlMachine,
  place: DatabasePlace | undefined,
  { locking, records }: { readonly locking: LockingWork; readonly records: Records },
): Promise<Recorded> {
  const usernames = await records.accountsToAdoptFor(await namesAt(machine, place));
  const counts = { databases: 0, users: 0 };
  const failures = await eachAccount(locking, usernames, async (username) => {
    // A call may have dropped or renamed some since, or may have created them.
    const prefixes = records.prefixesOf(username);
    const adopted = await records.adopt(username, await namesAt(machine, place, { names: [], prefixes }));
    counts.databases += adopted.databases;
    counts.users += adopted.users;
  });
  return { ...counts, failures };
}
