// The users of an account as a cpmove archive has them.
import type { DatabaseConnection } from '../../../../../core/machine-databases.ts';
import { databaseGrants, listed, objectOf, type ObjectGrant } from '../moves/object-grants.ts';
import { held } from '../sql-privileges.ts';
import { list as listGrants } from '../sql-privileges.ts';
import { patternOf } from '../statements.ts';
import { ARCHIVED_LOCAL_HOST } from './names.ts';

export interface ArchivedHash {
  readonly plugin: string;
  /** As the server stores it. */
  readonly hash: string;
}

export interface ArchivedUsers {
  readonly statements: string;
  readonly hashes: string;
  /** What has no place in an archive. Sentences. */
  readonly leftOut: readonly string[];
}

interface Account {
  readonly user: string;
  readonly host: string;
  readonly hash: ArchivedHash;
}

export const NATIVE = 'mysql_native_password';

/** @param client the host of this machine as the server sees it. */
export async function archivedUsers(
  connection: DatabaseConnection,
  { users, databases, client }: { users: readonly string[]; databases: readonly string[]; client: string },
): Promise<ArchivedUsers> {
  const accounts = await accountsOf(connection, users);
  const shownHost = (host: string) => (host === client ? ARCHIVED_LOCAL_HOST : host);
  const who = ({ user, host }: { readonly user: string; readonly host: string }) =>
    `${connection.literal(user)}@${connection.literal(shownHost(host))}`;
  const logins = accounts.map((account) => {
    const { plugin, hash } = account.hash;
    const password =
      plugin === NATIVE && hash !== '' ? ` IDENTIFIED BY PASSWORD ${connection.literal(hash)}` : '';
    return `GRANT USAGE ON *.* TO ${who(account)}${password};`;
  });
  const grants: string[] = [];
  const pairs = new Map(
    (await listGrants(connection, users))
      .filter(({ database }) => databases.includes(database))
      .map(({ user, database }) => [JSON.stringify([user, database]), { user, database }]),
  );
  for (const { user, database } of pairs.values()) {
    const on = `${connection.identifier(patternOf(database))}.*`;
    for (const { host, privileges } of await held(connection, user, database)) {
      if (privileges.length > 0)
        grants.push(`GRANT ${privileges.join(', ')} ON ${on} TO ${who({ user, host })};`);
    }
  }
  const leftOut = await rolesOf(connection, users);
  for (const database of databases) {
    for (const grant of await databaseGrants(connection, database)) {
      if (grant.user !== '' && grant.host === '') leftOut.push(heldByRole(grant, database));
      if (grant.canGrant && users.includes(grant.user)) leftOut.push(mayPassOn(grant, database));
      if (grant.level === 'database' || !users.includes(grant.user) || grant.privileges.length === 0)
        continue;
      const on = objectOf(connection, database, grant);
      const line = `GRANT ${listed(connection, grant).join(', ')} ON ${on} TO ${who(grant)};`;
      if (/[\r\n]/.test(line)) leftOut.push(hasLineBreak(grant, database));
      else grants.push(line);
    }
  }
  const hashes: Record<string, Record<string, { auth_plugin: string; pass_hash: string }>> = {};
  for (const { user, host, hash } of accounts) {
    const entry = { auth_plugin: hash.plugin, pass_hash: Buffer.from(hash.hash).toString('hex') };
    hashes[user] = { ...hashes[user], [shownHost(host)]: entry };
  }
  return {
    statements: ['-- Users of MariaDB databases and their privileges.', ...logins, ...grants, ''].join('\n'),
    hashes: `${JSON.stringify(hashes, undefined, 2)}\n`,
    leftOut: [...new Set(leftOut)],
  };
}

const heldByRole = ({ user }: ObjectGrant, database: string) =>
  user === 'PUBLIC'
    ? `Privileges of all users (PUBLIC) on “${database}” were not exported.`
    : `The privileges of the role “${user}” on “${database}” were not exported, because an archive has no roles.`;

const mayPassOn = ({ user, object }: ObjectGrant, database: string) =>
  `The right of “${user}” to pass on its privileges on ${object === '' ? '' : `“${object}” of `}“${database}” ` +
  '(GRANT OPTION) was not exported, because users of accounts do not have it.';

const hasLineBreak = ({ user, object }: ObjectGrant, database: string) =>
  `The privileges of “${user}” on “${object}” of “${database}” were not exported, because a name has a line break.`;

/** The roles of users are not in an archive. */
async function rolesOf(connection: DatabaseConnection, users: readonly string[]): Promise<string[]> {
  if (users.length === 0) return [];
  const rows = await connection.query<{ user: string; role: string }>(
    'SELECT DISTINCT User AS user, Role AS role FROM mysql.roles_mapping WHERE User IN (?) ORDER BY 1, 2',
    [[...users]],
  );
  return rows.map(
    ({ user, role }) => `The role “${role}” of “${user}” was not exported, because an archive has no roles.`,
  );
}

/** A way to log in, as mysql.global_priv has it. */
interface Login {
  readonly plugin?: string;
  readonly authentication_string?: string;
}

/** Each user at each of its hosts. */
export async function accountsOf(
  connection: DatabaseConnection,
  users: readonly string[],
): Promise<Account[]> {
  if (users.length === 0) return [];
  const rows = await connection.query<{ user: string; host: string; json: string }>(
    `SELECT User AS user, Host AS host, CONCAT(Priv, '') AS json FROM mysql.global_priv
      WHERE User IN (?) AND Host <> '' ORDER BY User, Host`,
    [[...users]],
  );
  return rows.map(({ user, host, json }) => ({ user, host, hash: hashIn(json) }));
}

/** A user with several ways to log in is archived with its password. */
function hashIn(json: string): ArchivedHash {
  const { auth_or: others = [], ...main } = JSON.parse(json) as Login & {
    readonly auth_or?: readonly Login[];
  };
  const all = [main, ...others].filter(({ plugin }) => plugin !== undefined);
  const isNative = ({ plugin, authentication_string: hash = '' }: Login) => plugin === NATIVE && hash !== '';
  const { plugin = NATIVE, authentication_string: hash = '' } = all.find(isNative) ?? all[0] ?? {};
  return { plugin, hash };
}
