// A PostgreSQL server: one connection for each piece of work.
import { dirname, extname } from 'node:path';
import pg from 'pg';
import {
  DatabaseError,
  type DatabaseConnection,
  type DatabasePlace,
  type DatabaseServer,
  type DatabaseValue,
} from '../../core/machine-databases.ts';
import { MachineError } from '../../core/machine-error.ts';

const CONNECT_MS = 10_000;
/** A user who holds a lock in his own database must not stop a call for ever. */
const LOCK_MS = 10_000;
/** The database that always exists. */
const COMMON_DATABASE = 'postgres';
/**
 * Settings of this session. They come before those that the owner of a database can give to everybody who connects:
 * names are searched for among PostgreSQL’s own only, never among what a user has created, and the role is not changed.
 * Compiling the queries of catalogues (`jit`) would take longer than running them.
 */
const SETTINGS = '-c jit=off -c search_path=pg_catalog -c role=none';
/** In databases of users, where their owners could also have set this one. Elsewhere, only an administrator can. */
const WRITABLE = '-c default_transaction_read_only=off';

/**
 * Through its socket (`.s.PGSQL.5432`), as the administrator `root`, who needs no password there: PostgreSQL asks the
 * kernel which user connects. Or through the network.
 */
export type PostgresqlPlace = { readonly socket: string } | DatabasePlace;

export class PostgresqlServer implements DatabaseServer {
  readonly socket?: string;
  readonly place?: DatabasePlace;
  readonly #place: PostgresqlPlace;

  constructor(place: PostgresqlPlace) {
    this.#place = place;
    if ('socket' in place) this.socket = place.socket;
    else this.place = place;
  }

  async use<T>(work: (connection: DatabaseConnection) => Promise<T>, database = COMMON_DATABASE): Promise<T> {
    const client = await this.#connect(database);
    try {
      return await work(new PostgresqlConnection(client));
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async #connect(database: string): Promise<pg.Client> {
    const place = this.#place;
    const where =
      'socket' in place
        ? { host: dirname(place.socket), port: Number(extname(place.socket).slice(1)), user: 'root' }
        : { host: place.host, port: place.port, user: place.user, password: place.password };
    const client = new pg.Client({
      ...where,
      database,
      application_name: 'whmapi1',
      options: database === COMMON_DATABASE ? SETTINGS : `${SETTINGS} ${WRITABLE}`,
      ...{ connectionTimeoutMillis: CONNECT_MS, lock_timeout: LOCK_MS },
    });
    // A query that is waiting reports a lost connection.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw unreachable(place, error);
    }
  }
}

class PostgresqlConnection implements DatabaseConnection {
  readonly #client: pg.Client;

  constructor(client: pg.Client) {
    this.#client = client;
  }

  async query<Row>(sql: string, values: readonly DatabaseValue[] = []): Promise<Row[]> {
    try {
      const { rows } = await this.#client.query(sql, [...values]);
      return rows as Row[];
    } catch (error) {
      throw ofServer(error);
    }
  }

  identifier(name: string): string {
    return pg.escapeIdentifier(name);
  }

  literal(text: string): string {
    return pg.escapeLiteral(text);
  }
}

function unreachable(place: PostgresqlPlace, error: unknown): unknown {
  const { code = '', message } = error as { readonly code?: string; readonly message: string };
  const isOwn = 'socket' in place;
  const which = isOwn ? 'of this machine' : `${place.host}:${place.port}`;
  if (code === '53300') {
    return new DatabaseError(
      code,
      `The PostgreSQL server ${which} cannot be used. All of its connections are in use. Retry the call later, end ` +
        'sessions, or raise max_connections.',
      { cause: error },
    );
  }
  if (code === '57P03') {
    return new DatabaseError(
      code,
      `The PostgreSQL server ${which} cannot be used. It is starting or stopping. Retry the call in a moment.`,
      { cause: error },
    );
  }
  return new DatabaseError(
    code,
    `The PostgreSQL server ${which} cannot be used. ${isOwn ? adviceFor(code, message) : sentenceOf(message)}`,
    { cause: error },
  );
}

function adviceFor(code: string, message: string): string {
  if (['ENOENT', 'ECONNREFUSED'].includes(code))
    return 'It does not run. Start it: systemctl start postgresql.';
  // It has no administrator of this name yet, or pg_hba.conf does not admit him.
  if (code.startsWith('28')) {
    return (
      `It does not admit root: ${sentenceOf(message)} Enable the role “Postgres”, and keep the line ` +
      '“local all all peer” in pg_hba.conf.'
    );
  }
  return sentenceOf(message);
}

function ofServer(error: unknown): unknown {
  const { code, message } = error as { readonly code?: unknown; readonly message: string };
  if (!(error instanceof pg.DatabaseError) || typeof code !== 'string') {
    if (!/^Connection terminated|ECONNRESET|EPIPE/.test(`${message} ${String(code)}`)) return error;
    return new DatabaseError('08006', 'The connection to the PostgreSQL server was lost.', { cause: error });
  }
  if (code === '53100') {
    return new MachineError('full', 'PostgreSQL’s disk is full. Free some space and retry the call.', {
      cause: error,
    });
  }
  if (['57P01', '57P02', '57P03'].includes(code)) {
    return new DatabaseError(code, 'The PostgreSQL server was stopped during the call.', { cause: error });
  }
  if (code === '55P03') {
    return new DatabaseError(code, 'Another session holds a lock in the database. Retry the call later.', {
      cause: error,
    });
  }
  const more = error.detail === undefined ? '' : ` ${sentenceOf(error.detail)}`;
  return new DatabaseError(code, `PostgreSQL refused: ${sentenceOf(message)}${more}`, { cause: error });
}

const sentenceOf = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);
