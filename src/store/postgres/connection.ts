// One connection within a transaction, as models use it.
import pg from 'pg';
import type { Db, SqlValue } from '../../core/context.ts';
import type { Store, Work } from '../../core/engine.ts';
import { postgresDialect } from './dialect.ts';
import { isLost } from './unavailable.ts';

/** Returns values as SQLite does: numbers for integers and sums, 1 and 0 for true and false, JSON as its text. */
const parsers = new Map<number, (text: string) => unknown>([
  [pg.types.builtins.BOOL, (text) => (text === 't' ? 1 : 0)],
  [pg.types.builtins.INT8, Number],
  [pg.types.builtins.NUMERIC, Number],
  [pg.types.builtins.JSON, String],
  [pg.types.builtins.JSONB, String],
]);

export const types: pg.CustomTypesConfig = {
  getTypeParser: (id, format) =>
    parsers.get(id) ?? (pg.types.getTypeParser(id, format) as (text: string) => unknown),
};

/** The state that a transaction shares with the transactions inside it. */
interface Session {
  readonly client: pg.ClientBase;
  /** One statement at a time, as on every connection. */
  last: Promise<unknown>;
  savepoints: number;
}

export class Connection implements Db {
  readonly dialect = postgresDialect;
  readonly server: string;
  readonly #session: Session;
  readonly #outer: Connection | undefined;
  #isOver = false;

  constructor(client: pg.ClientBase, server: string, outer?: Connection) {
    this.#session = outer === undefined ? { client, last: Promise.resolve(), savepoints: 0 } : outer.#session;
    this.server = server;
    this.#outer = outer;
  }

  /**
   * Runs the last statement of the transaction, if any. Every later statement is refused, because it would run in
   * another transaction on this connection.
   */
  async end(sql?: string): Promise<pg.QueryResult | undefined> {
    const done = sql === undefined ? undefined : this.exec(sql);
    this.#isOver = true;
    return done;
  }

  async get<Row>(sql: string, ...values: SqlValue[]): Promise<Row | undefined> {
    return (await this.#query(sql, values)).rows[0] as Row | undefined;
  }

  async all<Row>(sql: string, ...values: SqlValue[]): Promise<Row[]> {
    return (await this.#query(sql, values)).rows as Row[];
  }

  async run(sql: string, ...values: SqlValue[]): Promise<number> {
    return (await this.#query(sql, values)).rowCount ?? 0;
  }

  /** Runs one or several statements. @returns the result of the last one. */
  async exec<Row extends pg.QueryResultRow = pg.QueryResultRow>(sql: string): Promise<pg.QueryResult<Row>> {
    const done: pg.QueryResult | pg.QueryResult[] = await this.#query(sql, undefined);
    return (Array.isArray(done) ? done.at(-1) : done) as pg.QueryResult<Row>;
  }

  /** Nested transactions: savepoints. */
  nested(): Store {
    return {
      transaction: async (_effect, work) => {
        const name = `nested_${(this.#session.savepoints += 1)}`;
        const inner = new Connection(this.#session.client, this.server, this);
        try {
          await inner.exec(`SAVEPOINT ${name}`);
          const takeBack = () => inner.end(`ROLLBACK TO SAVEPOINT ${name}; RELEASE SAVEPOINT ${name}`);
          const { value, keep } = await takingBack(() => work(inner, inner.nested()), takeBack);
          await (keep ? inner.end(`RELEASE SAVEPOINT ${name}`) : takeBack());
          return value;
        } finally {
          await inner.end();
        }
      },
    };
  }

  #query(sql: string, values: readonly SqlValue[] | undefined): Promise<pg.QueryResult> {
    if (this.#hasEnded()) throw new Error('A statement was sent after its transaction had ended.');
    const session = this.#session;
    const query = session.last.then(() =>
      values === undefined
        ? session.client.query(sql)
        : session.client.query(numbered(sql), values.map(storable)),
    );
    session.last = query.catch(() => undefined);
    return query;
  }

  #hasEnded(): boolean {
    return this.#isOver || (this.#outer !== undefined && this.#outer.#hasEnded());
  }
}

/** Returns the result of `work`. If `work` throws, `takeBack` runs first, and then the error of `work` is thrown. */
export async function takingBack<T>(
  work: () => Promise<Work<T>>,
  takeBack: () => Promise<unknown>,
): Promise<Work<T>> {
  try {
    return await work();
  } catch (error) {
    // If the connection is lost, the database rolls back by itself.
    if (!isLost(error)) await takeBack().catch(() => undefined);
    throw error;
  }
}

/** Placeholders are `?` in our SQL and `$1`, `$2` ... in PostgreSQL's. Texts and names in quotes are left alone. */
const numberedOnce = new Map<string, string>();
export function numbered(sql: string): string {
  let known = numberedOnce.get(sql);
  if (known === undefined) {
    let count = 0;
    known = sql.replaceAll(/'[^']*'|"[^"]*"|\?/g, (part) => (part === '?' ? `$${(count += 1)}` : part));
    numberedOnce.set(sql, known);
  }
  return known;
}

/** PostgreSQL cannot store NUL. Names do not contain it. In texts from strangers, it is replaced visibly. */
function storable(value: SqlValue): SqlValue {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;
}
