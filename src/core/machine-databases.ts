// Database servers: MariaDB or MySQL, and PostgreSQL. This is the connection only. The drivers have the SQL.
import { MachineError } from './machine-error.ts';

/**
 * A value that the connection quotes. A list becomes `1, 2, 3` on MariaDB, for `IN (?)`, and an array on PostgreSQL, for
 * `= ANY ($1)`.
 */
export type DatabaseValue = string | number | bigint | Uint8Array | null | readonly string[];

/** One open connection. It reports errors of the server as DatabaseError. */
export interface DatabaseConnection {
  /** Runs one statement. `values` replace `?` on MariaDB, and `$1`, `$2` on PostgreSQL. */
  query<Row = Record<string, unknown>>(sql: string, values?: readonly DatabaseValue[]): Promise<Row[]>;
  /** Quotes one name. A dot in it does not separate two names. */
  identifier(name: string): string;
  /** Quotes a text, for statements that accept no values. */
  literal(text: string): string;
}

export interface DatabaseServer {
  /** The path of its socket, for its own tools. Undefined if it is reached over the network. */
  readonly socket?: string;
  /** Where it is reached over the network, for its own tools. */
  readonly place?: DatabasePlace;
  /**
   * Connects, and disconnects when `work` is done. `database` is the one that statements without a database’s name
   * refer to.
   * @throws MachineError `failed` if the server cannot be reached.
   */
  use<T>(work: (connection: DatabaseConnection) => Promise<T>, database?: string): Promise<T>;
  /**
   * Connects as another user, to one database, for statements from a file. Absent: PostgreSQL, whose own tool does it.
   */
  useAs?<T>(
    login: { readonly user: string; readonly password: string },
    database: string,
    work: (connection: StatementConnection) => Promise<T>,
  ): Promise<T>;
}

/** Runs statements that are bytes in any encoding. */
export interface StatementConnection {
  /** Discards the rows. The server cannot ask for a file. */
  run(statement: Uint8Array): Promise<void>;
}

/** A server that is reached over the network. */
export interface DatabasePlace {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/**
 * Without a place: the server of this machine, as its administrator, through its socket. Undefined in a sandbox that
 * runs none (`--sandbox-services`).
 */
export interface MachineDatabases {
  mysql(): Promise<DatabaseServer | undefined>;
  mysql(place: DatabasePlace): Promise<DatabaseServer>;
  postgresql(): Promise<DatabaseServer | undefined>;
  postgresql(place: DatabasePlace): Promise<DatabaseServer>;
}

/** An error that a database server reported. */
export class DatabaseError extends MachineError {
  /** MariaDB’s name of it, such as `ER_DB_CREATE_EXISTS`, or PostgreSQL’s SQLSTATE, such as `42P04`. */
  readonly reported: string;

  constructor(reported: string, message: string, options?: ErrorOptions) {
    super('failed', message, options);
    this.reported = reported;
  }
}
