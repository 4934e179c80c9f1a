// The SQLite database in the state directory: opening it safely, transactions, migrations.
import { closeSync, constants, existsSync, fstatSync, statSync } from 'node:fs';
import type { Db, KeptReading } from '../core/context.ts';
import type { Store, Work } from '../core/engine.ts';
import { ApiError } from '../core/errors.ts';
import { Database } from './database.ts';
import { KEY_FILE } from './sealer-file.ts';
import { SQLITE, sqliteCode } from './sqlite-code.ts';
import { bracket, SqliteConnection } from './sqlite-connection.ts';
import { schemaVersion } from './schema-version.generated.ts';
import type { AuditLog } from './logs.ts';
import { STORE_FILE, type StateDirectory } from './state-directory.ts';
import { SharedCommits, type ChangeWork } from './shared-commits.ts';
import { unavailable } from './unavailable.ts';

/** The name of the file after everything was moved to a shared store. */
export const MOVED_FILE = 'store.db.moved';
/** How long a call waits for another process's transaction. */
const BUSY_TIMEOUT_MS = 15_000;
/**
 * In a server, SQLite copies its write-ahead log into the database at this length (pages of 4 KiB), so 16 MiB. Its usual
 * length of 1,000 pages is reached by every 70th commit of 32 connections, which then takes several times as long.
 */
const CHECKPOINT_PAGES = 4000;
/** To read all of a smaller file takes less than a tenth of a second. */
const LARGE_BYTES = 16 * 1024 * 1024;

interface SqliteStoreOptions {
  /** True if the key may exist before the database, because it has encrypted secrets of another store. */
  readonly mayBeNew?: boolean;
  /** The name of the database. */
  readonly file?: string;
  /** See `SharedCommitsOptions`. */
  readonly gathers?: boolean;
  readonly groupMs?: number;
  /**
   * The lines that the changes write to the audit log. They are on the disk before a change is committed: otherwise, it
   * is rolled back. Those of a transaction that failed are discarded.
   */
  readonly log?: Pick<AuditLog, 'flush' | 'discard'>;
}

/**
 * Opens the database on first use. Transactions of one process run one after the other. Changes that wait at the same
 * time share a commit (`shared-commits.ts`).
 */
export class SqliteStore implements Store {
  readonly #directory: StateDirectory;
  readonly #mayBeNew: boolean;
  readonly #file: string;
  readonly #gathers: boolean;
  readonly #log: SqliteStoreOptions['log'];
  readonly #commits: SharedCommits;
  #opening: Promise<Database> | undefined;
  #database: Database | undefined;
  /** Kept, because `performance` makes another one each time. */
  #timing: typeof performance.nodeTiming | undefined;
  /** The round of the event loop in which SQLite's data_version was last read. */
  #round = -1;
  /** The state when it was last asked for: what it consists of, and its text. */
  #stated = { kept: -1, left: -1, version: -1, text: '' };
  #last: Promise<unknown> = Promise.resolve();
  /** How often the state was requested within a transaction. */
  #asked = 0;
  /** How many changes of this process were kept. Those of the present transaction count too. */
  #kept = 0;
  /** How many connections were given to readings. A new connection counts the commits of others from 0. */
  #left = 0;
  readonly #readings = new Map<KeptReading, Database>();

  constructor(
    directory: StateDirectory,
    { mayBeNew = false, file = STORE_FILE, gathers = false, groupMs, log }: SqliteStoreOptions = {},
  ) {
    this.#directory = directory;
    this.#mayBeNew = mayBeNew;
    this.#file = file;
    this.#gathers = gathers;
    this.#log = log;
    this.#commits = new SharedCommits({
      gathers,
      groupMs,
      inTurn: (run) => this.#inTurn(run),
      transaction: (work) => this.#change(work),
      toApiError: (error) => this.#toApiError(error),
    });
  }

  transaction<T>(effect: 'reads' | 'changes', work: (db: Db, nested: Store) => Promise<Work<T>>): Promise<T> {
    if (effect === 'reads') return this.#inTurn(() => this.#read(work));
    return this.#commits.change(this.#counting(work));
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const done = this.#last.then(run);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #read<T>(work: (db: Db, nested: Store) => Promise<Work<T>>): Promise<T> {
    try {
      const database = await this.#open();
      const connection = new SqliteConnection(database, { leave: () => this.#leave(database) });
      return await bracket(connection, ['BEGIN', 'COMMIT', 'ROLLBACK'], work);
    } catch (error) {
      throw this.#toApiError(error);
    }
  }

  async #change<T>(work: (connection: SqliteConnection, nested: Store) => Promise<Work<T>>): Promise<T> {
    try {
      const connection = new SqliteConnection(await this.#open());
      const words = ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'] as const;
      return await bracket(connection, words, work, () => this.#log?.flush());
    } catch (error) {
      this.#log?.discard();
      throw this.#toApiError(error);
    }
  }

  #counting<T>(work: ChangeWork<T>): ChangeWork<T> {
    return async (db, nested) => {
      const done = await work(db, nested);
      if (done.keep) this.#kept += 1;
      return done;
    };
  }

  /** Leaves a database and its open transaction to a reading. The next transaction opens the database again. */
  #leave(database: Database): KeptReading {
    this.#forget();
    this.#left += 1;
    // Several lists can be read at the same time, each only once and in order.
    database.pragma('cache_size = -2000');
    const read = <T>(from: () => T): T => {
      try {
        return from();
      } catch (error) {
        throw this.#toApiError(error);
      }
    };
    const reading: KeptReading = {
      get: (sql, ...values) => read(() => database.prepare(sql).get(...values)),
      all: (sql, ...values) => read(() => database.prepare(sql).all(...values)),
      close: () => {
        // The last connection copies the write-ahead log into the database and deletes it, which would take the time of
        // this response. A server opens one for its next transaction in any case.
        if (this.#readings.delete(reading) && this.#gathers) this.#open().catch(() => undefined);
        database.close();
      },
    };
    this.#readings.set(reading, database);
    return reading;
  }

  #forget(): void {
    this.#round = -1;
    this.#database = undefined;
    this.#opening = undefined;
  }

  /** Only errors of SQLite are about the database. Work can also fail because of other files. */
  #toApiError(error: unknown): unknown {
    return sqliteCode(error) === undefined ? error : unavailable(error, this.#directory.file(this.#file));
  }

  /**
   * Returns a different text whenever anything in the database may have changed. SQLite counts the commits of other
   * connections (data_version), and this class counts its own. data_version is read once in a round of the event loop.
   * A round begins by looking for new requests, so every request of a round arrived before data_version was read.
   */
  async state(): Promise<string> {
    await this.#open();
    return this.stateNow() ?? `within a transaction ${(this.#asked += 1)}`;
  }

  /** Returns the state if the database is open, and no transaction. */
  stateNow(): string | undefined {
    const database = this.#database;
    // Inside a transaction, SQLite does not see the commits of others and reports no change.
    if (database === undefined || database.inTransaction) return undefined;
    this.#timing ??= performance.nodeTiming;
    const { loopCount, events } = this.#timing.uvMetricsInfo;
    // Grows with every look for new requests, also if one look does not find all of them.
    const round = loopCount + events;
    const { kept, left, version } = this.#stated;
    const isNewRound = this.#round !== round;
    const counted = isNewRound ? (database.prepare('PRAGMA data_version').value() as number) : version;
    this.#round = round;
    if (kept !== this.#kept || left !== this.#left || version !== counted) this.#state(counted);
    return this.#stated.text;
  }

  #state(version: number): void {
    const [kept, left] = [this.#kept, this.#left];
    this.#stated = { kept, left, version, text: `${kept} ${left} ${version}` };
  }

  /**
   * Copies the write-ahead log into the database, so that SQLite writes it from its start: on a full disk, it cannot grow.
   * Changes nothing if a reader still needs the log, or the database has no space.
   */
  copyLog(): Promise<void> {
    return this.#inTurn(async () => {
      (await this.#open()).pragma('wal_checkpoint(PASSIVE)');
    }).catch(() => undefined);
  }

  isLarge(): boolean {
    const file = statSync(this.#directory.file(this.#file), { throwIfNoEntry: false });
    return file !== undefined && file.size > LARGE_BYTES;
  }

  close(): void {
    for (const database of this.#readings.values()) database.close();
    this.#readings.clear();
    this.#database?.close();
    this.#forget();
  }

  /** All callers get the same database, also at the same time. After a failure, the next caller tries again. */
  #open(): Promise<Database> {
    const options = { file: this.#file, mayBeNew: this.#mayBeNew, mayBeAlone: !this.#gathers };
    this.#opening ??= open(this.#directory, options).then(
      (database) => {
        if (this.#gathers) database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
        return (this.#database = database);
      },
      (error: unknown) => {
        this.#opening = undefined;
        throw error;
      },
    );
    return this.#opening;
  }
}

interface Opening {
  readonly file: string;
  readonly mayBeNew: boolean;
  /** True for a process that ends soon: others may have to wait for its end. */
  readonly mayBeAlone: boolean;
  readonly isAlone?: boolean;
}

async function open(directory: StateDirectory, opening: Opening): Promise<Database> {
  try {
    return await openOwn(directory, opening);
  } catch (error) {
    throw unavailable(error, directory.file(opening.file));
  }
}

async function openOwn(directory: StateDirectory, opening: Opening): Promise<Database> {
  const { file, mayBeNew, mayBeAlone, isAlone = false } = opening;
  if (!mayBeNew && file === STORE_FILE) assertNotMoved(directory);
  // Created here, not by SQLite, so that it is private from the start. SQLite creates its companions (-wal, -shm) with
  // the same mode.
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
  const descriptor = directory.open(file, O_RDWR | O_CREAT | O_NOFOLLOW);
  const { ino } = fstatSync(descriptor);
  closeSync(descriptor);
  const path = directory.file(file);
  const database = new Database(path, { busyTimeoutMs: BUSY_TIMEOUT_MS });
  try {
    // A connection without others needs no file for its index of the log, if it says so first.
    if (isAlone) database.exec('PRAGMA locking_mode = EXCLUSIVE');
    // SQLite is compiled with another default.
    database.exec('PRAGMA synchronous = FULL');
    // The kernel keeps the pages of the file too.
    database.exec('PRAGMA cache_size = -4000');
    const version = database.pragma('user_version') as number;
    // SQLite holds a lock from now on, so no --restore can replace the file. It might have been replaced just before.
    if (statSync(path, { throwIfNoEntry: false })?.ino !== ino) {
      database.close();
      return await openOwn(directory, opening);
    }
    if (version > schemaVersion) {
      throw new ApiError(
        'store_unavailable',
        `“${path}” was written by a newer whmapi1 (its schema is ${version}, this program knows ${schemaVersion}). ` +
          `${(await import('./upgrade-copies.ts')).wayBack(directory.path, schemaVersion).replace(/\.$/, '')}. Nothing was changed.`,
      );
    }
    if (version === 0 && !mayBeNew) assertNotLost(database, directory);
    if (version < schemaVersion) {
      await (await import('./migrate.ts')).migrate(database, { directory, file, isAlone });
    }
    return database;
  } catch (error) {
    database.close();
    // The first connection creates `store.db-shm`, for which a full disk has no space.
    if (mayBeAlone && !isAlone && sqliteCode(error) === SQLITE.IOERR)
      return openOwn(directory, { ...opening, isAlone: true });
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
function assertNotLost(database: Database, directory: StateDirectory): void {
  const key = directory.file(KEY_FILE);
  if (!existsSync(key)) return;
  // Another process might have created both since the version was read. The database was then first.
  if (database.pragma('user_version') !== 0) return;
  throw new ApiError(
    'store_unavailable',
    `“${directory.file(STORE_FILE)}” is empty, although “${key}” shows that it had secrets. Restore it from a backup, ` +
      'or move the key file away to start with an empty store.',
  );
}
