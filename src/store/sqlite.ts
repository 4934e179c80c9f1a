// The SQLite database in the state directory: opening it safely, transactions, migrations.
import { closeSync, constants, existsSync, fstatSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Db, SqlValue } from '../core/context.ts';
import type { Store, Work } from '../core/engine.ts';
import { ApiError } from '../core/errors.ts';
import { KEY_FILE } from './sealer-file.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { schemaVersion } from './schema-version.generated.ts';
import type { StateDirectory } from './state-directory.ts';
import { unavailable } from './unavailable.ts';

export const STORE_FILE = 'store.db';
/** Its name once all of it was moved to a store that several servers share. */
export const MOVED_FILE = 'store.db.moved';
/** How long a call waits for another process's transaction. */
const BUSY_TIMEOUT_MS = 15_000;

/** Opens the database on first use. Transactions of one process run one after the other. */
export class SqliteStore implements Store {
  readonly #directory: StateDirectory;
  readonly #mayBeNew: boolean;
  readonly #file: string;
  #opening: Promise<Database.Database> | undefined;
  #database: Database.Database | undefined;
  /** Prepared once, by their SQL. */
  readonly #statements = new Map<string, Database.Statement>();
  #dataVersion: Database.Statement | undefined;
  /** What SQLite counted when it was last asked, and in which round of the event loop that was. */
  #counted = { round: -1, version: -1 };
  #last: Promise<unknown> = Promise.resolve();
  /** How often the state was asked for within a transaction. */
  #asked = 0;
  /** How many transactions of this process were kept. */
  #kept = 0;

  /**
   * `mayBeNew` where the key is expected to be there before the database: what it sealed is in another store. `file`
   * where the database has another name.
   */
  constructor(
    directory: StateDirectory,
    { mayBeNew = false, file = STORE_FILE }: { readonly mayBeNew?: boolean; readonly file?: string } = {},
  ) {
    this.#directory = directory;
    this.#mayBeNew = mayBeNew;
    this.#file = file;
  }

  transaction<T>(effect: 'reads' | 'changes', work: (db: Db, nested: Store) => Promise<Work<T>>): Promise<T> {
    const run = this.#last.then(async () => {
      const database = await this.#open();
      const begin = effect === 'changes' ? 'BEGIN IMMEDIATE' : 'BEGIN';
      try {
        const connection = new SqliteConnection(database, this.#statements);
        const value = await bracket(connection, [begin, 'COMMIT', 'ROLLBACK'], work);
        if (effect === 'changes') this.#kept += 1;
        return value;
      } catch (error) {
        // Only what SQLite says is about the database: work may fail over other files.
        const isOfSqlite = (error as { code?: string } | null)?.code?.startsWith('SQLITE_') === true;
        throw isOfSqlite ? unavailable(error, this.#directory.file(this.#file)) : error;
      }
    });
    this.#last = run.catch(() => undefined);
    return run;
  }

  /**
   * Another text whenever anything in the database may have changed: SQLite counts what other connections commit
   * (data_version), and this counts its own. The former is asked once in a round of the event loop, which begins by
   * looking for what has come in: what comes in within one round came in before it was asked.
   */
  async state(): Promise<string> {
    const database = await this.#open();
    this.#dataVersion ??= database.prepare('PRAGMA data_version').pluck();
    // Inside a transaction SQLite does not see what others commit meanwhile, and knows of no change.
    if (database.inTransaction) return `within a transaction ${(this.#asked += 1)}`;
    const { loopCount, events } = performance.nodeTiming.uvMetricsInfo;
    // Grows with every look, also where one is not enough for all that has come in.
    const round = loopCount + events;
    if (this.#counted.round !== round) {
      this.#counted = { round, version: this.#dataVersion.get() as number };
    }
    return `${this.#kept} ${this.#counted.version}`;
  }

  close(): void {
    this.#dataVersion = undefined;
    this.#statements.clear();
    this.#database?.close();
    this.#database = undefined;
    this.#opening = undefined;
  }

  /** One database for all who ask, also at the same time; tried again after a failure. */
  #open(): Promise<Database.Database> {
    this.#opening ??= open(this.#directory, this.#file, this.#mayBeNew).then(
      (database) => (this.#database = database),
      (error: unknown) => {
        this.#opening = undefined;
        throw error;
      },
    );
    return this.#opening;
  }
}

export class SqliteConnection implements Db {
  readonly dialect = sqliteDialect;
  readonly server = '';
  readonly #database: Database.Database;
  readonly #statements: Map<string, Database.Statement>;
  readonly #depth: number;

  constructor(database: Database.Database, statements: Map<string, Database.Statement>, depth = 0) {
    this.#database = database;
    this.#statements = statements;
    this.#depth = depth;
  }

  // Promises by hand rather than `async`, so that what SQLite throws rejects as everywhere else.
  get<Row>(sql: string, ...values: SqlValue[]): Promise<Row | undefined> {
    return new Promise((done) => {
      done(this.#prepare(sql).get(...values) as Row | undefined);
    });
  }

  all<Row>(sql: string, ...values: SqlValue[]): Promise<Row[]> {
    return new Promise((done) => {
      done(this.#prepare(sql).all(...values) as Row[]);
    });
  }

  run(sql: string, ...values: SqlValue[]): Promise<number> {
    return new Promise((done) => {
      done(this.#prepare(sql).run(...values).changes);
    });
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** Transactions inside this one: savepoints. */
  nested(): Store {
    const name = `nested_${this.#depth + 1}`;
    const inner = new SqliteConnection(this.#database, this.#statements, this.#depth + 1);
    const words = [`SAVEPOINT ${name}`, `RELEASE ${name}`, `ROLLBACK TO ${name}; RELEASE ${name}`] as const;
    return { transaction: (_effect, work) => bracket(inner, words, work) };
  }

  #prepare(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

async function bracket<T>(
  connection: SqliteConnection,
  [begin, keep, takeBack]: readonly [string, string, string],
  work: (db: Db, nested: Store) => Promise<Work<T>>,
): Promise<T> {
  connection.exec(begin);
  let done: Work<T>;
  try {
    done = await work(connection, connection.nested());
    if (done.keep) connection.exec(keep);
  } catch (error) {
    try {
      connection.exec(takeBack);
    } catch {
      // SQLite has taken it back itself, as it does when the disk is full; what matters is `error`.
    }
    throw error;
  }
  if (!done.keep) connection.exec(takeBack);
  return done.value;
}

async function open(directory: StateDirectory, file: string, mayBeNew: boolean): Promise<Database.Database> {
  try {
    return await openOwn(directory, file, mayBeNew);
  } catch (error) {
    throw unavailable(error, directory.file(file));
  }
}

async function openOwn(
  directory: StateDirectory,
  file: string,
  mayBeNew: boolean,
): Promise<Database.Database> {
  if (!mayBeNew && file === STORE_FILE) refuseMovedDatabase(directory);
  // Created here, not by SQLite, so that it is private from its first moment; SQLite gives its
  // companions (-wal, -shm) the same mode.
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
  const descriptor = directory.open(file, O_RDWR | O_CREAT | O_NOFOLLOW);
  const { ino } = fstatSync(descriptor);
  closeSync(descriptor);
  const path = directory.file(file);
  const database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    // better-sqlite3 is compiled to have foreign keys on; its “synchronous” is not ours.
    database.exec('PRAGMA synchronous = FULL');
    const version = database.pragma('user_version', { simple: true }) as number;
    // SQLite holds a lock from now on, so that no --restore puts another file here. One may have done so just before.
    if (statSync(path, { throwIfNoEntry: false })?.ino !== ino) {
      database.close();
      return await openOwn(directory, file, mayBeNew);
    }
    if (version > schemaVersion) {
      throw new ApiError(
        'store_unavailable',
        `“${path}” was written by a newer whmapi1 (its schema is ${version}, this program knows ${schemaVersion}). ` +
          'Update this program; nothing was changed.',
      );
    }
    if (version === 0 && !mayBeNew) refuseLostDatabase(database, directory);
    if (version < schemaVersion) await (await import('./migrate.ts')).migrate(database, directory);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Before a new one is begun in the place of one that was moved to a store which several servers share. */
function refuseMovedDatabase(directory: StateDirectory): void {
  const isThere = (name: string) => statSync(directory.file(name), { throwIfNoEntry: false }) !== undefined;
  if (isThere(STORE_FILE) || !isThere(MOVED_FILE)) return;
  throw new ApiError(
    'store_unavailable',
    `This installation was moved to PostgreSQL (“${directory.file(MOVED_FILE)}” is what was here). Name that in ` +
      'store.url or WHMAPI1_STORE_URL; or move back with `whmapi1 --migrate-store postgres sqlite`.',
  );
}

/** A key is made after the database: where it stands beside an empty one, what the database held is gone. */
function refuseLostDatabase(database: Database.Database, directory: StateDirectory): void {
  const key = directory.file(KEY_FILE);
  if (!existsSync(key)) return;
  // Another process may have made both since the version was read: where the key is there, the database was first.
  if (database.pragma('user_version', { simple: true }) !== 0) return;
  throw new ApiError(
    'store_unavailable',
    `“${directory.file(STORE_FILE)}” is empty, though “${key}” shows that it held secrets. Restore it from a backup; ` +
      'or, to begin anew, move the key file away.',
  );
}
