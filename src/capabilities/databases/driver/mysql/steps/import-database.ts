// Creates a database with the content of a dump. A user who has privileges on this database only loads it, and is then
// removed. The objects of the dump get users of the account as definers.
import { MachineError } from '../../../../../core/machine-error.ts';
import { dumpFiles } from '../archive/names.ts';
import { loadDump } from '../archive/load-dump.ts';
import type { NamedDefiner } from '../archive/dump-statement.ts';
import type { Definer } from '../moves/inventory.ts';
import { databaseGrants, revokeAll, type ObjectGrant } from '../moves/object-grants.ts';
import { definedIn, setDefiners } from '../moves/rename-user.ts';
import { withMysql, servedMysql } from '../server.ts';
import { grant } from '../sql-privileges.ts';
import { create as createUser, drop as dropUser } from '../sql-users.ts';
import { drop as dropDatabase } from '../sql-databases.ts';
import { isReported, taken } from '../statements.ts';
import { defineMysqlStep } from '../step.ts';

interface Input {
  readonly directory: string;
  readonly database: string;
  /** The database’s character set. Undefined: the server’s default. */
  readonly characterSet?: string | undefined;
  readonly collation?: string | undefined;
  /** The name of the user who loads the dump. */
  readonly loader: string;
  /** The host of this machine as the server sees it. */
  readonly client: string;
  /** The users of the account, who may be definers. */
  readonly users: readonly { readonly name: string; readonly hosts: readonly string[] }[];
  /** The definer of what had another one. Undefined: nobody. */
  readonly definer?: string | undefined;
  /**
   * Users of the account who exist before the import, for example after a restore. They keep the privileges that they
   * have on a database of this name. Absent in plans from before they were kept: nobody.
   */
  readonly kept?: readonly string[];
}

/** What the kept users have. Undefined in journals from before they were kept. */
type Held = readonly ObjectGrant[] | undefined;

/** What an import has defined otherwise than the dump. */
export interface ChangedDefiner {
  readonly kind: string;
  readonly name: string;
  readonly from: string;
  /** Undefined: nobody, so it cannot be used. */
  readonly to?: string;
}

/** All that an account can have, except the right to pass privileges on. */
const PRIVILEGES = [
  ...['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP', 'REFERENCES', 'INDEX', 'ALTER'],
  ...['CREATE TEMPORARY TABLES', 'LOCK TABLES', 'EXECUTE', 'CREATE VIEW', 'SHOW VIEW', 'CREATE ROUTINE'],
  ...['ALTER ROUTINE', 'EVENT', 'TRIGGER', 'DELETE HISTORY'],
];

export default defineMysqlStep<Input, Held, readonly ChangedDefiner[]>({
  kind: 'mysql/import-database',
  describe: ({ database }) =>
    `Create the MariaDB database “${database}”, and load its dump with privileges on nothing else.`,
  async prepare(machine, { database, kept = [] }) {
    const wanted = { names: [database], prefixes: [] };
    if ((await withMysql(machine, (mysql) => mysql.databases(wanted))).length > 0)
      throw taken('database', database);
    const server = await servedMysql(machine);
    const grants = await server.use((connection) => databaseGrants(connection, database));
    return grants.filter(({ user, host }) => host !== '' && kept.includes(user));
  },
  async apply(machine, { input, memento }) {
    const { database, directory, loader, client, characterSet, collation } = input;
    const server = await servedMysql(machine);
    const files = await machine.files([directory]);
    const path = dumpFiles(directory, database).content;
    const login = { user: loader, password: await randomPassword() };
    const maxBytes = await server.use(async (connection) => {
      const like = `${characterSet === undefined ? '' : ` CHARACTER SET ${characterSet}`}${collation === undefined ? '' : ` COLLATE ${collation}`}`;
      try {
        await connection.query(`CREATE DATABASE ${connection.identifier(database)}${like}`);
      } catch (error) {
        throw isReported(error, 'ER_DB_CREATE_EXISTS') ? taken('database', database) : error;
      }
      await revokeAll(connection, database, memento);
      await dropUser(connection, loader);
      await createUser(connection, loader, [client], login.password);
      await grant(connection, { user: loader, hosts: [client], database, privileges: PRIVILEGES });
      const [row] = await connection.query<{ bytes: number }>('SELECT @@GLOBAL.max_allowed_packet AS bytes');
      return row?.bytes ?? 0;
    });
    const file = await files.open(path);
    if (file === undefined) throw new MachineError('failed', `The file “${path}” does not exist.`);
    let named: NamedDefiner[];
    try {
      named = await loadDump(server, { file, path, database, login, maxBytes });
    } finally {
      file.close();
    }
    return server.use(async (connection) => {
      const changes: ChangedDefiner[] = [];
      const defined = await definedIn(connection, loader, database);
      if (defined !== undefined) {
        await setDefiners(connection, defined, (definer, kind, name) => {
          if (definer.user !== loader) return definer;
          const wanted = named.find((one) => one.kind === kind && one.name === name)?.definer;
          const next = definerFor(input, wanted);
          if (wanted !== undefined && next?.user === wanted.user) return next;
          const from = wanted === undefined ? '' : `${wanted.user}@${wanted.host}`;
          changes.push({ kind, name, from, ...(next && { to: next.user }) });
          return next ?? definer;
        });
      }
      await dropUser(connection, loader);
      return changes;
    });
  },
  async undo(machine, { input: { database, loader }, memento }) {
    const server = await servedMysql(machine);
    await server.use(async (connection) => {
      await dropUser(connection, loader);
      await dropDatabase(connection, database, memento);
    });
  },
});

/** Only a user of the account can be the definer: the object has that user’s privileges. */
function definerFor(
  { users, definer, client }: Pick<Input, 'users' | 'definer' | 'client'>,
  wanted: Definer | undefined,
): Definer | undefined {
  const user = users.find(({ name }) => name === wanted?.user) ?? users.find(({ name }) => name === definer);
  if (user === undefined) return undefined;
  const hasHost = user.name === wanted?.user && user.hosts.includes(wanted.host);
  return { user: user.name, host: hasHost ? wanted.host : client };
}

async function randomPassword(): Promise<string> {
  const { randomBytes } = await import('node:crypto');
  return randomBytes(24).toString('base64url');
}
