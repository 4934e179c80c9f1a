// Says whether a MariaDB server can be managed from here: it answers, is new enough, and its user may do what is needed.
import { ApiError, badParam, denied } from '../../../../core/errors.ts';
import {
  DatabaseError,
  type DatabaseConnection,
  type DatabasePlace,
} from '../../../../core/machine-databases.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { Machine } from '../../../../core/machine.ts';
import { quote } from '../../../../core/quote.ts';
import type { SshAccess, SshSecrets } from '../../rules/ssh-login.ts';
import type { WantedNames } from '../../rules/owners.ts';
import { withMysql, type MysqlMachine } from '../mysql/server.ts';
import { passphraseFor, probe, type RemoteServer } from './over-ssh.ts';

export { passphraseFor, type RemoteServer };

export interface Validated {
  /** `11.8.3`. */
  readonly version: string;
  readonly isEncrypted: boolean;
  /** From the start of the connection to the answer. */
  readonly milliseconds: number;
  /** This server, as that one sees it: the host of users who connect from here. */
  readonly client: string;
}

/** A machine with its clock, which measures how long servers take. */
interface MeasuringMachine {
  readonly machine: Pick<Machine, 'databases'>;
  readonly now: () => number;
}

/** The oldest version with which this program works: that of Debian 12. */
const OLDEST = [10, 11] as const;
/** For each conversation with a server that may be slow or hostile. */
const LIMIT_MS = 10_000;
/** Besides all privileges on databases: to manage users, to end their sessions, and to read the server’s own catalogue. */
const FOR_USERS = ['CREATE USER', 'CONNECTION ADMIN', 'PROCESS'];

/** @param version `11.8.3`. */
export function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST;
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/** The version of the server of this machine. Undefined if none runs. */
export async function versionOf(machine: Machine): Promise<string | undefined> {
  try {
    const server = await (await machine.databases()).mysql();
    return await server?.use(async (connection) => (await facts(connection)).version);
  } catch (error) {
    if (error instanceof MachineError) return undefined;
    throw error;
  }
}

/**
 * Connects, and checks the version and the privileges. Without a place: the server of this machine.
 * @throws ApiError `remote_unreachable`, `login_refused`; `denied` without privileges; `bad_param` for another product or
 * an old version.
 */
export async function validate(
  { machine, now }: MeasuringMachine,
  place?: DatabasePlace,
): Promise<Validated> {
  const begun = now();
  let milliseconds = 0;
  const found = await check(machine, place, () => {
    milliseconds = now() - begun;
  });
  return { ...found, milliseconds };
}

/** The same, without the time that the login takes. `connected` is called after it. */
export async function check(
  machine: Pick<Machine, 'databases'>,
  place?: DatabasePlace,
  connected?: () => void,
): Promise<Omit<Validated, 'milliseconds'>> {
  const databases = await machine.databases();
  const server = place === undefined ? await databases.mysql() : await databases.mysql(place);
  if (server === undefined) {
    throw new ApiError(
      'remote_unreachable',
      'This sandbox runs no MariaDB. Start one with whmapi1d --sandbox-services, and retry the call.',
    );
  }
  try {
    return await server.use((connection) =>
      within(LIMIT_MS, async () => {
        const { version, product, client, isEncrypted } = await facts(connection);
        connected?.();
        assertSupported(version, product);
        await assertPrivileges(connection);
        return { version, isEncrypted, client };
      }),
    );
  } catch (error) {
    throw asApiError(error);
  }
}

/** Logs in over SSH, becomes root, and checks the version of MariaDB there. Changes nothing. @throws ApiError. */
export async function lookOverSsh(
  machine: Machine,
  access: SshAccess,
  secrets: SshSecrets,
): Promise<RemoteServer> {
  const { product, ...server } = await probe(machine, access, secrets);
  assertSupported(versionIn(product), product);
  return server;
}

async function facts(connection: DatabaseConnection) {
  const [row] = await connection.query<{ version: string; comment: string; client: string }>(
    "SELECT VERSION() AS version, @@version_comment AS comment, SUBSTRING_INDEX(USER(), '@', -1) AS client",
  );
  const [cipher] = await connection.query<{ Value: string }>("SHOW SESSION STATUS LIKE 'Ssl_cipher'");
  const { version = '', comment = '', client = '' } = row ?? {};
  return {
    version: versionIn(version),
    product: `${version} ${comment}`,
    client,
    isEncrypted: (cipher?.Value ?? '') !== '',
  };
}

function versionIn(text: string): string {
  // An old way of MariaDB’s to be newer than MySQL 5: 5.5.5-10.11.2-MariaDB.
  return /^\d+(?:\.\d+)+/.exec(text.replace(/^5\.5\.5-/, ''))?.[0] ?? '';
}

function assertSupported(version: string, product: string): void {
  if (!/mariadb/i.test(product)) {
    throw badParam(
      `The server is not MariaDB: it calls itself ${quote(product)}. Use a server with MariaDB: this program needs ` +
        'statements that MySQL does not have, such as KILL USER and EXECUTE IMMEDIATE.',
    );
  }
  if (isSupported(version)) return;
  throw badParam(
    `The server has MariaDB ${quote(version)}. This program needs ${OLDEST.join('.')} or newer: upgrade MariaDB there.`,
  );
}

/** The server itself lists which privileges there are on databases. */
async function assertPrivileges(connection: DatabaseConnection): Promise<void> {
  const all = await connection.query<{ Privilege: string; Context: string }>('SHOW PRIVILEGES');
  const held = await connection.query<{ name: string; grantable: string }>(
    `SELECT PRIVILEGE_TYPE AS name, IS_GRANTABLE AS grantable FROM information_schema.USER_PRIVILEGES
      WHERE GRANTEE = CONCAT('''', LEFT(CURRENT_USER(),
        CHAR_LENGTH(CURRENT_USER()) - CHAR_LENGTH(SUBSTRING_INDEX(CURRENT_USER(), '@', -1)) - 1),
        '''@''', SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''')`,
  );
  const ofDatabases = all
    .filter(({ Context }) => /\bDatabases\b/i.test(Context))
    .map(({ Privilege }) => Privilege.toUpperCase())
    .filter((name) => name !== 'GRANT OPTION');
  const names = new Set(held.map(({ name }) => name.toUpperCase()));
  const missing = [...new Set([...ofDatabases, ...FOR_USERS])].filter((name) => !names.has(name));
  const isGrantable = held.some(({ grantable }) => grantable === 'YES');
  if (missing.length === 0 && isGrantable) return;
  const lacks = isGrantable ? missing : [...missing, 'GRANT OPTION'];
  throw denied(
    `The user of the profile lacks privileges on the server: ${lacks.join(', ')}. Run there: GRANT ALL PRIVILEGES ON ` +
      '*.* TO that user WITH GRANT OPTION.',
  );
}

function asApiError(error: unknown): unknown {
  if (!(error instanceof MachineError)) return error;
  const isRefused =
    error instanceof DatabaseError &&
    /^ER_(?:ACCESS_DENIED|HOST_NOT_PRIVILEGED|DBACCESS)/.test(error.reported);
  return new ApiError(isRefused ? 'login_refused' : 'remote_unreachable', error.message, { cause: error });
}

/** The connection is closed when this fails. */
async function within<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(
        new MachineError('failed', `The MariaDB server did not answer within ${limitMs / 1000} seconds.`),
      );
    }, limitMs);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The names of databases and users of a server, of all if none are wanted; none in a sandbox that runs no server. */
export async function namesAt(
  machine: MysqlMachine,
  place: DatabasePlace | undefined,
  wanted?: WantedNames,
): Promise<{ databases: readonly string[]; users: readonly string[] }> {
  return withMysql(
    machine,
    async (mysql) => ({
      databases: await mysql.databases(wanted),
      users: (await mysql.users(wanted)).map(({ name }) => name),
    }),
    place,
  );
}
