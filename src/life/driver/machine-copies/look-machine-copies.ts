// Reads what only the machine knows of accounts, for a backup.
import type { DatabaseConnection } from '../../../core/machine-databases.ts';
import { MachineError } from '../../../core/machine-error.ts';
import type { Machine } from '../../../core/machine.ts';
import type { Contents, Copy } from '../../../ground/rules/machine-copies.ts';
import { accountsOf, NATIVE } from '../../../capabilities/databases/driver/mysql/archive/archived-users.ts';
import { held, list as listGrants } from '../../../capabilities/databases/driver/mysql/sql-privileges.ts';
import { postgresqlOf } from '../../../capabilities/databases/driver/postgresql/server.ts';
import { zones } from '../../../capabilities/dns/driver/zones/zones.ts';

export interface Wanted {
  readonly usernames: readonly string[];
  /** The account of each zone. Empty for a zone of root. */
  readonly zoneOwners: ReadonlyMap<string, string>;
  /** The users of databases on this machine, by account. */
  readonly mysql: ReadonlyMap<string, readonly string[]>;
  readonly postgresql: ReadonlyMap<string, readonly string[]>;
}

export interface Copied {
  readonly copies: readonly Copy[];
  /** What could not be read. Sentences. */
  readonly problems: readonly string[];
}

type Copying = Pick<Machine, 'users' | 'files' | 'tools' | 'services' | 'databases'>;

/** The names of all zones, to find their accounts. */
export async function listZones(
  machine: Copying,
): Promise<{ readonly zones: readonly string[]; readonly problems: readonly string[] }> {
  try {
    return { zones: await zones.list(machine), problems: [] };
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    return { zones: [], problems: [error.message] };
  }
}

export async function readCopies(machine: Copying, wanted: Wanted): Promise<Copied> {
  const problems: string[] = [];
  const tried = async (work: () => Promise<Copy[]>): Promise<Copy[]> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      problems.push(error.message);
      return [];
    }
  };
  const copies = [
    ...(await tried(() => logins(machine, wanted))),
    ...(await tried(() => zonesOf(machine, wanted))),
    ...(await tried(() => mysql(machine, wanted))),
    ...(await tried(() => postgresql(machine, wanted))),
  ];
  return { copies, problems };
}

async function logins(machine: Copying, { usernames }: Wanted): Promise<Copy[]> {
  const found = await (await machine.users()).logins(usernames);
  return [...found].map(([name, content]) => ({ kind: 'login', name, username: name, content }));
}

async function zonesOf(machine: Copying, { zoneOwners }: Wanted): Promise<Copy[]> {
  const copies: Copy[] = [];
  for (const [name, username] of zoneOwners) {
    const zone = await zones.read(machine, name);
    if (zone === undefined) continue;
    const content = { text: zone.text, dnssecPolicy: zone.dnssecPolicy };
    copies.push({ kind: 'zone', name, username, content });
  }
  return copies;
}

async function mysql(machine: Copying, wanted: Wanted): Promise<Copy[]> {
  if (wanted.mysql.size === 0) return [];
  const server = await (await machine.databases()).mysql();
  // A sandbox that runs none.
  if (server === undefined) return [];
  return server.use(async (connection) => {
    const copies: Copy[] = [];
    for (const [username, users] of wanted.mysql) {
      const content = await mysqlUsers(connection, users);
      copies.push({ kind: 'mysql', name: username, username, content });
    }
    return copies;
  });
}

/** Those whose password MariaDB has as a hash that it accepts again. */
async function mysqlUsers(
  connection: DatabaseConnection,
  names: readonly string[],
): Promise<Contents['mysql']> {
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

async function postgresql(machine: Copying, wanted: Wanted): Promise<Copy[]> {
  if (wanted.postgresql.size === 0) return [];
  const server = await (await machine.databases()).postgresql();
  if (server === undefined) return [];
  const names = [...wanted.postgresql.values()].flat();
  const databases = await (await postgresqlOf(machine)).databases();
  const rows = await server.use((connection) =>
    connection.query<{ name: string; verifier: string | null }>(
      'SELECT rolname::text AS name, rolpassword AS verifier FROM pg_authid WHERE rolname = ANY ($1) ORDER BY 1',
      [names],
    ),
  );
  return [...wanted.postgresql].map(([username, own]) => {
    const users = rows.flatMap(({ name, verifier }) =>
      own.includes(name) && verifier !== null ? [{ name, verifier }] : [],
    );
    const grants = databases.flatMap(({ name: database, users: members }) =>
      members.filter((user) => own.includes(user)).map((user) => ({ user, database })),
    );
    return { kind: 'postgresql', name: username, username, content: { users, grants } };
  });
}
