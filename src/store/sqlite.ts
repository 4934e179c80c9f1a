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
/** The name of the file after everything was moved to a shared store. */
export const MOVED_FILE = 'store.db.moved';
/** How long a call waits for another process's transaction. */
const BUSY_TIMEOUT_MS = 15_000;
/** The maximum number of changes that share a commit. */
const MAX_GROUP = 100;
const GROUP_MS = 20;

interface SqliteStoreOptions {
  /** True if the key may exist before the database, because it has encrypted secrets of another store. */
  readonly mayBeNew?: boolean;
  /** The name of the database. */
  readonly file?: string;
  /**
   * True to commit the changes together that are requested in one turn of the event loop. For a server, which handles
   * many calls in a turn.
   */
  readonly gathers?: boolean;
  /** After this time, no further change joins those that will be committed together. */
  readonly groupMs?: number;
  /** Completes what must be on the disk before a change is committed. If it fails, the change is rolled back. */
  readonly beforeCommit?: () => Promise<void>;
}

/** A change that waits for its transaction. */
interface WaitingChange {
  readonly work: (db: Db, nested: Store) => Promise<Work<unknown>>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Opens the database on first use. Transactions of one process run one after the other. Changes that wait at the same
 * time share a commit: each has a savepoint of its own, and none is reported before the commit. If the shared
 * transaction fails as a whole, each change runs again in a transaction of its own.
 */
export class SqliteStore implements Store {
  readonly #directory: StateDirectory;
  readonly #mayBeNew: boolean;
  readonly #file: string;
  readonly #gathers: boolean;
  readonly #groupMs: number;
  readonly #beforeCommit: (() => Promise<void>) | undefined;
  #waiting: WaitingChange[] = [];
  #isGroupDue = false;
  #opening: Promise<Database.Database> | undefined;
  #database: Database.Database | undefined;
  /** Prepared statements, by their SQL. */
  readonly #statements = new Map<string, Database.Statement>();
  #dataVersion: Database.Statement | undefined;
  /** SQLite's data_version when it was last read, and the round of the event loop in which it was read. */
  #counted = { round: -1, version: -1 };
  #last: Promise<unknown> = Promise.resolve();
  /** How often the state was requested within a transaction. */
  #asked = 0;
  /** How many transactions of this process were committed. */
  #kept = 0;

  constructor(
    directory: StateDirectory,
    {
      mayBeNew = false,
      file = STORE_FILE,
      gathers = false,
      groupMs = GROUP_MS,
      beforeCommit,
    }: SqliteStoreOptions = {},
  ) {
    this.#directory = directory;
    this.#mayBeNew = mayBeNew;
    this.#file = file;
    this.#gathers = gathers;
    this.#groupMs = groupMs;
    this.#beforeCommit = beforeCommit;
  }

  transaction<T>(effect: 'reads' | 'changes', work: (db: Db, nested: Store) => Promise<Work<T>>): Promise<T> {
    if (effect === 'reads') return this.#inTurn(() => this.#alone('BEGIN', work));
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject } as WaitingChange);
      this.#scheduleGroup();
    });
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const done = this.#last.then(run);
    this.#last = done.catch(() => undefined);
    return done;
  }

  #scheduleGroup(): void {
    if (this.#isGroupDue) return;
    this.#isGroupDue = true;
    const enter = () => {
      void this.#inTurn(async () => {
        this.#isGroupDue = false;
        await this.#runGroup(this.#waiting.splice(0, MAX_GROUP));
      });
    };
    if (this.#gathers) setImmediate(enter);
    else enter();
  }

  /** Never throws: each change gets its own outcome. */
  async #runGroup(group: readonly WaitingChange[]): Promise<void> {
    if (group.length === 1) {
      for (const change of group) await this.#settle(change);
      return;
    }
    const outcomes: (() => void)[] = [];
    try {
      await this.#alone('BEGIN IMMEDIATE', async (_db, nested) => {
        const start = performance.now();
        for (const { work, resolve, reject } of group) {
          await nested.transaction('changes', work).then(
            (value) => outcomes.push(() => resolve(value)),
            (error: unknown) => outcomes.push(() => reject(this.#toApiError(error))),
          );
          // After some errors, for example on a full disk, SQLite rolls back all changes of the transaction.
          if (this.#database?.inTransaction !== true) throw new Error('SQLite rolled back.');
          if (performance.now() - start > this.#groupMs) break;
        }
        return { value: undefined, keep: true };
      });
    } catch (error) {
      if (outcomes.length === 0) {
        for (const { reject } of group) reject(error);
        return;
      }
      for (const change of group) {
        await this.#settle(change);
        // The caller handles the outcome before the next change can get the same numbers of rows.
        await new Promise((resume) => setImmediate(resume));
      }
      return;
    }
    for (const settle of outcomes) settle();
    this.#waiting.unshift(...group.slice(outcomes.length));
    if (this.#waiting.length > 0) this.#scheduleGroup();
  }

  async #settle({ work, resolve, reject }: WaitingChange): Promise<void> {
    await this.#alone('BEGIN IMMEDIATE', work).then(resolve, reject);
  }

  async #alone<T>(
    begin: 'BEGIN' | 'BEGIN IMMEDIATE',
    work: (db: Db, nested: Store) => Promise<Work<T>>,
  ): Promise<T> {
    try {
      const database = await this.#open();
      const connection = new SqliteConnection(database, this.#statements);
      if (begin === 'BEGIN') return await bracket(connection, [begin, 'COMMIT', 'ROLLBACK'], work);
      const value = await bracket(connection, [begin, 'COMMIT', 'ROLLBACK'], work, this.#beforeCommit);
      this.#kept += 1;
      return value;
    } catch (error) {
      throw this.#toApiError(error);
    }
  }

  /** Only errors of SQLite are about the database. Work can also fail because of other files. */
  #toApiError(error: unknown): unknown {
    const isOfSqlite = (error as { code?: string } | null)?.code?.startsWith('SQLITE_') === true;
    return isOfSqlite ? unavailable(error, this.#directory.file(this.#file)) : error;
  }

  /**
   * Returns a different text whenever anything in the database may have changed. SQLite counts the commits of other
   * connections (data_version), and this class counts its own. data_version is read once in a round of the event loop.
   * A round begins by looking for new requests, so every request of a round arrived before data_version was read.
   */
  async state(): Promise<string> {
    const database = await this.#open();
    this.#dataVersion ??= database.prepare('PRAGMA data_version').pluck();
    // Inside a transaction, SQLite does not see the commits of others and reports no change.
    if (database.inTransaction) return `within a transaction ${(this.#asked += 1)}`;
    const { loopCount, events } = performance.nodeTiming.uvMetricsInfo;
    // Grows with every look for new requests, also if one look does not find all of them.
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

  /** All callers get the same database, also at the same time. After a failure, the next caller tries again. */
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

  // Explicit promises instead of `async`: if SQLite throws, the promise rejects.
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

  /** Nested transactions: savepoints. */
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
  beforeKeep?: () => Promise<void>,
): Promise<T> {
  connection.exec(begin);
  let done: Work<T>;
  try {
    done = await work(connection, connection.nested());
    if (done.keep) {
      await beforeKeep?.();
      connection.exec(keep);
    }
  } catch (error) {
    try {
      connection.exec(takeBack);
    } catch {
      // SQLite has already rolled back, for example because the disk is full. `error` is what matters.
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
  if (!mayBeNew && file === STORE_FILE) assertNotMoved(directory);
  // Created here, not by SQLite, so that it is private from the start. SQLite creates its companions (-wal, -shm) with
  // the same mode.
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
  const descriptor = directory.open(file, O_RDWR | O_CREAT | O_NOFOLLOW);
  const { ino } = fstatSync(descriptor);
  closeSync(descriptor);
  const path = directory.file(file);
  const database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    // better-sqlite3 is compiled with foreign keys enabled, but with another default for `synchronous`.
    database.exec('PRAGMA synchronous = FULL');
    const version = database.pragma('user_version', { simple: true }) as number;
    // SQLite holds a lock from now on, so no --restore can replace the file. It might have been replaced just before.
    if (statSync(path, { throwIfNoEntry: false })?.ino !== ino) {
      database.close();
      return await openOwn(directory, file, mayBeNew);
    }
    if (version > schemaVersion) {
      throw new ApiError(
        'store_unavailable',
        `“${path}” was written by a newer whmapi1 (its schema is ${version}, this program knows ${schemaVersion}). ` +
          'Update this program. Nothing was changed.',
      );
    }
    if (version === 0 && !mayBeNew) assertNotLost(database, directory);
    if (version < schemaVersion) await (await import('./migrate.ts')).migrate(database, directory);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Prevents a new database if the old one was moved to a shared store. */
function assertNotMoved(directory: StateDirectory): void {
  const isThere = (name: string) => statSync(directory.file(name), { throwIfNoEntry: false }) !== undefined;
  if (isThere(STORE_FILE) || !isThere(MOVED_FILE)) return;
  throw new ApiError(
    'store_unavailable',
    `This installation was moved to PostgreSQL (“${directory.file(MOVED_FILE)}” is the old store). Name the database in ` +
      'store.url or WHMAPI1_STORE_URL, or move back with `whmapi1 --migrate-store postgres sqlite`.',
  );
}

/** A key is created after the database. If the database is empty although there is a key, its contents are lost. */
function assertNotLost(database: Database.Database, directory: StateDirectory): void {
  const key = directory.file(KEY_FILE);
  if (!existsSync(key)) return;
  // Another process might have created both since the version was read. The database was then first.
  if (database.pragma('user_version', { simple: true }) !== 0) return;
  throw new ApiError(
    'store_unavailable',
    `“${directory.file(STORE_FILE)}” is empty, although “${key}” shows that it had secrets. Restore it from a backup, ` +
      'or move the key file away to start with an empty store.',
  );
}
