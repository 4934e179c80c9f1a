// A transaction of SQLite as models see it.
import type { Db, KeptReading, SqlValue } from '../core/context.ts';
import type { Store, Work } from '../core/engine.ts';
import type { Database } from './database.ts';
import { sqliteDialect } from './sqlite-dialect.ts';

type Tests = Map<number, (text: string) => boolean>;
const testsIn = new WeakMap<Database, Tests>();
let lastTest = 0;

interface SqliteConnectionOptions {
  /** The number of savepoints around it. */
  readonly depth?: number;
  /** Leaves the database and its transaction to a reading. */
  readonly leave?: () => KeptReading;
}

export class SqliteConnection implements Db {
  readonly dialect = sqliteDialect;
  readonly server = '';
  readonly keepReading?: () => KeptReading;
  readonly #database: Database;
  readonly #depth: number;
  readonly #tests: number[] = [];
  #reading: KeptReading | undefined;

  constructor(database: Database, options: SqliteConnectionOptions = {}) {
    this.#database = database;
    this.#depth = options.depth ?? 0;
    const { leave } = options;
    if (leave !== undefined) this.keepReading = () => (this.#reading ??= leave());
  }

  /** True if the transaction goes on after its work. */
  get isKept(): boolean {
    return this.#reading !== undefined;
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  // Explicit promises instead of `async`: if SQLite throws, the promise rejects.
  get<Row>(sql: string, ...values: SqlValue[]): Promise<Row | undefined> {
    return new Promise((done) => {
      done(this.#database.prepare(sql).get(...values) as Row | undefined);
    });
  }

  all<Row>(sql: string, ...values: SqlValue[]): Promise<Row[]> {
    return new Promise((done) => {
      done(this.#database.prepare(sql).all(...values) as Row[]);
    });
  }

  run(sql: string, ...values: SqlValue[]): Promise<number> {
    return new Promise((done) => {
      done(this.#database.prepare(sql).run(...values));
    });
  }

  addTest(test: (text: string) => boolean): number {
    lastTest += 1;
    testsOf(this.#database).set(lastTest, test);
    this.#tests.push(lastTest);
    return lastTest;
  }

  /** Ends the tests of this transaction, unless a reading still needs them. It closes the database later. */
  endTests(): void {
    if (this.isKept) return;
    for (const test of this.#tests.splice(0)) testsIn.get(this.#database)?.delete(test);
  }

  /** Begins or ends a transaction or a savepoint. */
  exec(sql: string): void {
    // Only a single statement can be prepared.
    if (sql.includes(';')) this.#database.exec(sql);
    else this.#database.prepare(sql).run();
  }

  /** Nested transactions: savepoints. Most transactions have none, so what they need is made for the first one, once. */
  nested(): Store {
    let inner: readonly [SqliteConnection, Bracket] | undefined;
    return { transaction: (_effect, work) => bracket(...(inner ??= this.#inner()), work) };
  }

  #inner(): readonly [SqliteConnection, Bracket] {
    const depth = this.#depth + 1;
    const name = `nested_${depth}`;
    return [
      new SqliteConnection(this.#database, { depth }),
      [`SAVEPOINT ${name}`, `RELEASE ${name}`, `ROLLBACK TO ${name}; RELEASE ${name}`],
    ];
  }
}

/** A function of SQLite stays as long as its database, so one calls all tests. */
function testsOf(database: Database): Tests {
  const known = testsIn.get(database);
  if (known !== undefined) return known;
  const tests: Tests = new Map();
  testsIn.set(database, tests);
  database.function('passes_test', (number: number, text: string) => {
    const test = tests.get(number);
    if (test === undefined) throw new Error('The transaction of this test has ended.');
    return test(text) ? 1 : 0;
  });
  return tests;
}

/** What begins a transaction or a savepoint, keeps it and takes it back. */
type Bracket = readonly [begin: string, keep: string, takeBack: string];

/** Runs work in a transaction, or between savepoints. */
export async function bracket<T>(
  connection: SqliteConnection,
  [begin, keep, takeBack]: Bracket,
  work: (connection: SqliteConnection, nested: Store) => Promise<Work<T>>,
  beforeKeep?: () => Promise<void> | undefined,
): Promise<T> {
  const end = (words: string) => {
    if (!connection.isKept) connection.exec(words);
  };
  connection.exec(begin);
  let done: Work<T>;
  try {
    done = await work(connection, connection.nested());
    if (done.keep) {
      await beforeKeep?.();
      end(keep);
    }
  } catch (error) {
    try {
      end(takeBack);
    } catch {
      // SQLite has already rolled back, for example because the disk is full. `error` is what matters.
    }
    throw error;
  } finally {
    connection.endTests();
  }
  if (!done.keep) end(takeBack);
  return done.value;
}
