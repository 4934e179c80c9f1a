// The users of accounts in MariaDB, for a backup of the store.
import type { DatabaseConnection } from '../../../../core/machine-databases.ts';
import type { Contents, Copy } from '../../../../ground/rules/machine-copies.ts';
import type { Copying } from '../../../accounts/driver/account-part.ts';
import { accountsOf, NATIVE } from './archive/archived-users.ts';
import { held, list as listGrants } from './sql-privileges.ts';

declare module '../../../../ground/rules/machine-copies.ts' {
  interface Contents {
    readonly mysql: {
      readonly users: readonly {
        readonly name: string;
        readonly hosts: readonly string[];
        /** In the format of mysql_native_password. */
        readonly hash: string;
      }[];
      readonly grants: readonly {
        readonly user: string;
        readonly database: string;
        readonly privileges: readonly string[];
      }[];
    };
  }
}

/** @param users by account. */
export async function copiedUsers(
  { machine }: Copying,
  users: ReadonlyMap<string, readonly string[]>,
): Promise<Copy[]> {
  const server = await (await machine.databases()).mysql();
  // A sandbox that runs none.
  if (server === undefined) return [];
  return server.use(async (connection) => {
    const copies: Copy[] = [];
    for (const [username, names] of users) {
      const content = await usersIn(connection, names);
      copies.push({ kind: 'mysql', name: username, username, content });
    }
    return copies;
  });
}

/** Those whose password MariaDB has as a hash that it accepts again. */
async function usersIn(connection: DatabaseConnection, names: readonly string[]): Promise<Contents['mysql']> {
  const found = new Map<string, { name: string; hosts: string[]; hash: string }>();
  for (const { user: name, host, hash } of await accountsOf(connection, names)) {
    if (hash.plugin !== NATIVE || hash.hash === '') continue;
    const present = found.get(name);
    if (present === undefined) found.set(name, { name, hosts: [host], hash: hash.hash });
    else present.hosts.push(host);
  }
  const pairs = new Map(
    (await listGrants(connection, [...found.keys()])).map(({ user, database }) => [
      JSON.stringify([user, database]),
      { user, database },
    ]),
  );
  const grants: { user: string; database: string; privileges: readonly string[] }[] = [];
  for (const { user, database } of pairs.values()) {
    const [first] = await held(connection, user, database);
    if (first !== undefined && first.privileges.length > 0)
      grants.push({ user, database, privileges: first.privileges });
  }
  return { users: [...found.values()], grants };
}
