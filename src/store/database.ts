// A connection to SQLite. No other module knows the package that binds it, whose interface is that of Node’s own module,
// `node:sqlite`: it can take the package’s place once every supported Node has it.
import { pathToFileURL } from 'node:url';
import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';
import type { SqlValue } from '../core/context.ts';

interface DatabaseOptions {
  /** False to create the file if it does not exist. Default: false. */
  readonly mustExist?: boolean;
  /** True to open an existing file only for reading. Default: false. */
  readonly readOnly?: boolean;
  /** How long a statement waits for the locks of others. */
  readonly busyTimeoutMs?: number;
}

const BUSY_TIMEOUT_MS = 5_000;
const IN_MEMORY = ':memory:';
/** By which the package tells the number of a statement’s parameters. */
const PARAMETER_COUNT = Symbol.for('photostructure.sqlite.parameterCount');

export class Database {
  readonly #connection: DatabaseSyncInstance;
  readonly #statements = new Map<string, Statement>();

  /** @throws errors of SQLite (`sqlite-code.ts`). They occur later, if the file can be opened but not be read. */
  constructor(path: string, options: DatabaseOptions = {}) {
    const { mustExist = false, readOnly = false, busyTimeoutMs = BUSY_TIMEOUT_MS } = options;
    this.#connection = new DatabaseSync(path === IN_MEMORY ? path : addressOf(path, mustExist), {
      readOnly,
      timeout: busyTimeoutMs,
    });
    // A restored file might have been made by anybody: what its schema calls must do no harm.
    this.#connection.exec('PRAGMA trusted_schema = OFF');
  }

  get inTransaction(): boolean {
    return this.#connection.isOpen && this.#connection.isTransaction;
  }

  /** Runs any number of statements. */
  exec(sql: string): void {
    this.#connection.exec(sql);
  }

  /** The statement is kept until the database is closed, and the same text gives the same one. */
  prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = new Statement(this.#connection.prepare(sql));
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Returns the first value of a PRAGMA’s answer. It is prepared each time, because some take effect when prepared. */
  pragma(words: string): SqlValue | undefined {
    return new Statement(this.#connection.prepare(`PRAGMA ${words}`)).value();
  }

  /** Rolls back if the work throws. */
  transaction<T>(work: () => T, begin: 'BEGIN' | 'BEGIN IMMEDIATE' = 'BEGIN'): T {
    this.exec(begin);
    try {
      const value = work();
      this.exec('COMMIT');
      return value;
    } catch (error) {
      // SQLite has already rolled back after some errors, for example if the disk is full.
      if (this.inTransaction) this.exec('ROLLBACK');
      throw error;
    }
  }

  /** Adds a function of SQL whose result depends only on its arguments. No schema can call it. */
  function(name: string, work: (...values: never[]) => SqlValue): void {
    this.#connection.function(name, { deterministic: true, directOnly: true }, work);
  }

  /** Returns the bytes of a file with the same contents. */
  serialize(): Uint8Array {
    return this.#connection.serialize();
  }

  /** Also ends a transaction. Does nothing if the database is already closed. */
  close(): void {
    this.#statements.clear();
    if (this.#connection.isOpen) this.#connection.close();
  }
}

/** Rows have no prototype. Bytes are Uint8Array. An integer that a number cannot represent is an error. */
class Statement {
  readonly #statement: StatementSyncInstance;
  readonly #parameters: number;

  constructor(statement: StatementSyncInstance) {
    this.#statement = statement;
    this.#parameters = (statement as unknown as Record<symbol, number>)[PARAMETER_COUNT] ?? 0;
  }

  get(...values: readonly SqlValue[]): unknown {
    return this.#statement.get(...this.#bound(values));
  }

  all(...values: readonly SqlValue[]): unknown[] {
    return this.#statement.all(...this.#bound(values));
  }

  /** Returns the number of changed rows. */
  run(...values: readonly SqlValue[]): number {
    return this.#statement.run(...this.#bound(values)).changes;
  }

  /** Returns the first column of the first row. */
  value(...values: readonly SqlValue[]): SqlValue | undefined {
    const row = this.get(...values);
    return row === undefined ? undefined : firstOf(row);
  }

  /** Returns the first column of all rows. */
  values(...values: readonly SqlValue[]): SqlValue[] {
    return this.all(...values).map(firstOf);
  }

  /** The package would bind NULL to parameters without a value. */
  #bound(values: readonly SqlValue[]): SqlValue[] {
    if (values.length !== this.#parameters) {
      throw new RangeError(`The statement has ${this.#parameters} parameters, not ${values.length}.`);
    }
    return values.map(bindable);
  }
}

/** Only an address can say that SQLite must not create the file. */
function addressOf(path: string, mustExist: boolean): string {
  const address = pathToFileURL(path);
  if (mustExist) address.searchParams.set('mode', 'rw');
  // As a text, which SQLite decodes: the package cannot read an object whose path has a “%”.
  return address.href;
}

/**
 * As in PostgreSQL, a text has no NUL: the package would bind only what is before it. It would bind NULL for an object such
 * as a date.
 */
function bindable(value: SqlValue): SqlValue {
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    throw new TypeError('SQLite cannot store an object.');
  }
  return value;
}

function firstOf(row: unknown): SqlValue {
  return Object.values(row as Record<string, SqlValue>)[0] ?? null;
}
