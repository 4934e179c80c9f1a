// A MariaDB or MySQL server: one connection for each piece of work. The server of this machine gets its pieces over the
// same connection if they follow each other at once, as the look and the steps of a call do.
import { createConnection as connectTo, type Socket } from 'node:net';
import { createConnection, type Connection, type ConnectionOptions } from 'mysql2/promise';
import { escape, escapeId } from 'mysql2';
import { runBytes } from './mysql-bytes.ts';
import {
  DatabaseError,
  type DatabaseConnection,
  type DatabasePlace,
  type DatabaseServer,
  type DatabaseValue,
  type StatementConnection,
} from '../../core/machine-databases.ts';
import { MachineError } from '../../core/machine-error.ts';
import { quote } from '../../core/quote.ts';

const CONNECT_MS = 10_000;
/** How long a connection waits for the next piece of work. */
const KEEP_MS = 100;

/** Through its socket, as its administrator, who needs no password there; or through the network. */
export type MysqlPlace = { readonly socket: string } | DatabasePlace;

interface Connected {
  readonly connection: Connection;
  /** Present if the server is on this machine. */
  readonly socket?: Socket;
}

/** Waits for the next piece of work. */
interface KeptConnection extends Connected {
  readonly socket: Socket;
  readonly timer: NodeJS.Timeout;
  /** True if it can be used. */
  readonly ready: Promise<boolean>;
}

export class MysqlServer implements DatabaseServer {
  readonly socket?: string;
  readonly place?: DatabasePlace;
  readonly #place: MysqlPlace;
  #kept: KeptConnection | undefined;

  constructor(place: MysqlPlace) {
    this.#place = place;
    if ('socket' in place) this.socket = place.socket;
    else this.place = place;
  }

  async use<T>(work: (connection: DatabaseConnection) => Promise<T>, database?: string): Promise<T> {
    const { connection, socket } = (await this.#takeKept(database)) ?? (await this.#connect(database));
    let isDone = false;
    const used = new MysqlConnection(connection);
    try {
      const result = await work(used);
      isDone = true;
      return result;
    } finally {
      // After an error, nobody knows what the server is still doing.
      const isAsNew = isDone && !used.hasChosen;
      if (isAsNew && socket !== undefined && database === undefined)
        this.#keep(connection, socket, used.mayHaveLeft);
      // Does not wait for the server, which may have closed it already.
      else connection.destroy();
    }
  }

  async useAs<T>(
    login: { readonly user: string; readonly password: string },
    database: string,
    work: (connection: StatementConnection) => Promise<T>,
  ): Promise<T> {
    const place = this.#place;
    const options: ConnectionOptions = {
      ...{ ...login, database, connectTimeout: CONNECT_MS, disableEval: true },
      // Bytes are sent as they are, whatever `SET NAMES` says, and the server cannot ask for a file of this machine.
      ...{ charset: 'BINARY', flags: ['-LOCAL_FILES', '-SESSION_TRACK'] },
    };
    const open = async () => {
      if ('socket' in place) return openQuietly({ ...options, stream: () => connectTo(place.socket) });
      return openEncrypted({ ...options, host: place.host, port: place.port }, openQuietly);
    };
    const connection = await open().catch((error: unknown) => {
      throw unreachable(place, error);
    });
    try {
      return await work({
        run: async (statement) => {
          try {
            await runBytes(connection, statement);
          } catch (error) {
            throw ofServer(error);
          }
        },
      });
    } finally {
      connection.destroy();
    }
  }

  /** Each use of a server over the network logs in again: validating a profile must show whether its login works. */
  #keep(connection: Connection, socket: Socket, mayHaveLeft: boolean): void {
    if (this.#kept !== undefined) {
      connection.destroy();
      return;
    }
    const timer = setTimeout(() => {
      this.#kept = undefined;
      connection.destroy();
    }, KEEP_MS);
    // The process may end meanwhile.
    timer.unref();
    socket.unref();
    const ready = mayHaveLeft ? renew(connection).catch(() => false) : Promise.resolve(true);
    this.#kept = { connection, socket, timer, ready };
  }

  async #takeKept(database: string | undefined): Promise<Connected | undefined> {
    const kept = this.#kept;
    if (kept === undefined || database !== undefined) return undefined;
    this.#kept = undefined;
    clearTimeout(kept.timer);
    kept.socket.ref();
    if ((await kept.ready) && !kept.socket.destroyed) return kept;
    kept.connection.destroy();
    return undefined;
  }

  async #connect(database: string | undefined): Promise<Connected> {
    const place = this.#place;
    const options: ConnectionOptions = {
      ...(database === undefined ? {} : { database }),
      ...{ charset: 'utf8mb4', connectTimeout: CONNECT_MS, disableEval: true },
      ...{ supportBigNumbers: true, dateStrings: true },
    };
    try {
      if ('socket' in place) {
        const socket = connectTo(place.socket);
        return { connection: await open({ ...options, user: 'root', stream: () => socket }), socket };
      }
      const { host, port, user, password } = place;
      return { connection: await openEncrypted({ ...options, host, port, user, password }) };
    } catch (error) {
      throw unreachable(place, error);
    }
  }
}

/**
 * Over TLS if the server offers it. The certificate is not verified: MariaDB’s own ones are signed by nobody. So nobody can
 * listen, but somebody who controls the network could pretend to be the server.
 */
async function openEncrypted(
  options: ConnectionOptions,
  connect: (options: ConnectionOptions) => Promise<Connection> = open,
): Promise<Connection> {
  try {
    return await connect({ ...options, ssl: { rejectUnauthorized: false } });
  } catch (error) {
    if ((error as Reported).code !== 'HANDSHAKE_NO_SSL_SUPPORT') throw error;
    return connect(options);
  }
}

async function openQuietly(options: ConnectionOptions): Promise<Connection> {
  const connection = await createConnection(options);
  // A query that is waiting reports a lost connection.
  connection.on('error', () => undefined);
  return connection;
}

async function open(options: ConnectionOptions): Promise<Connection> {
  const connection = await openQuietly(options);
  try {
    await connection.query({ sql: PREPARE, timeout: CONNECT_MS });
    return connection;
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

/** The quoting of values needs backslashes to be escapes, and names in backticks. */
const PREPARE = "SET SESSION sql_mode = 'STRICT_TRANS_TABLES'";

/** Ends what the work may have left: locks and settings of the session. @returns whether it is as new. */
async function renew(connection: Connection): Promise<boolean> {
  await connection.reset();
  // Without a time limit, whose timer would keep the process running.
  await connection.query(PREPARE);
  return true;
}

/** Statements that leave nothing in the session, unless they also have one of the words that do. */
const LEAVES_NOTHING = /^(?:SELECT|SHOW|CREATE DATABASE|CREATE USER|GRANT|REVOKE)\b/;
const LEAVES_SOMETHING = /\bGET_LOCK\b|\bINTO\b|:=/i;

class MysqlConnection implements DatabaseConnection {
  readonly #connection: Connection;
  /** True if the session may have locks, settings, variables or temporary tables now. */
  mayHaveLeft = false;
  /** True if `USE` chose a database, which MariaDB keeps when the connection is reset. */
  hasChosen = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async query<Row>(sql: string, values: readonly DatabaseValue[] = []): Promise<Row[]> {
    if (/\bUSE\b/i.test(sql)) this.hasChosen = true;
    if (!LEAVES_NOTHING.test(sql) || LEAVES_SOMETHING.test(sql)) this.mayHaveLeft = true;
    try {
      const [rows] = await this.#connection.query(sql, [...values]);
      return Array.isArray(rows) ? (rows as Row[]) : [];
    } catch (error) {
      throw ofServer(error);
    }
  }

  identifier(name: string): string {
    return escapeId(name, true);
  }

  literal(text: string): string {
    return escape(text);
  }
}

/** The properties of mysql2’s errors. */
interface Reported extends Error {
  readonly code?: string;
  readonly sqlMessage?: string;
}

function unreachable(place: MysqlPlace, error: unknown): unknown {
  const { code = '', sqlMessage, message } = error as Reported;
  const which = 'socket' in place ? 'of this machine' : `${place.host}:${place.port}`;
  if (code === '') return error;
  const advice =
    'socket' in place ? adviceOnOwn(code, sqlMessage ?? message) : adviceOnOther(code, error as Reported);
  return new DatabaseError(code, `The MariaDB server ${which} cannot be used. ${sentenceOf(advice)}`, {
    cause: error,
  });
}

const CONNECTIONS_IN_USE =
  'All of its connections are in use. Retry the call later, end sessions, or raise max_connections.';

function adviceOnOwn(code: string, said: string): string {
  if (['ENOENT', 'ECONNREFUSED'].includes(code)) return 'It does not run. Start it: systemctl start mariadb.';
  return code === 'ER_CON_COUNT_ERROR' ? CONNECTIONS_IN_USE : said;
}

const networkAdvice: Readonly<Record<string, string>> = {
  ER_CON_COUNT_ERROR: CONNECTIONS_IN_USE,
  ECONNREFUSED: 'Nothing listens there. Check the host, the port and the server’s bind-address.',
  ENOTFOUND: 'The DNS does not know this host.',
  EAI_AGAIN: 'The DNS did not answer for this host.',
  EHOSTUNREACH: 'No route leads to this host.',
  ENETUNREACH: 'No route leads to this host.',
  ETIMEDOUT: `It did not answer within ${CONNECT_MS / 1000} seconds.`,
  PROTOCOL_SEQUENCE_TIMEOUT: `It did not answer within ${CONNECT_MS / 1000} seconds.`,
};

function adviceOnOther(code: string, { sqlMessage, message }: Reported): string {
  return networkAdvice[code] ?? `It says: ${quote(sqlMessage ?? message)}.`;
}

/** ENOSPC or EDQUOT. Such errors of files have many numbers, for some of which there is no name. */
const DISK_FULL = /\b(Errcode|errno): (28|122)\b/;

function ofServer(error: unknown): unknown {
  const { code = '', sqlMessage } = error as Reported;
  if (sqlMessage === undefined) {
    if (!['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE'].includes(code)) return error;
    return new DatabaseError(code, 'The connection to the MariaDB server was lost.', { cause: error });
  }
  if (DISK_FULL.test(sqlMessage)) {
    return new MachineError('full', 'MariaDB’s disk is full. Free some space and retry the call.', {
      cause: error,
    });
  }
  // Such a message quotes the statement, which may contain a password.
  const shown = code === 'ER_PARSE_ERROR' ? 'It does not understand a statement' : sqlMessage;
  return new DatabaseError(code, `MariaDB refused: ${sentenceOf(shown)}`, { cause: error });
}

const sentenceOf = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);
