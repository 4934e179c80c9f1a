// A PostgreSQL database that several servers share. It is loaded only where WHMAPI1_STORE_URL names one.
//
// A change begins by counting itself in the one row of `whmapi1_store`: whoever comes next waits there until it is kept
// or taken back. So changes of all servers take turns, as they do in SQLite, and a model that looks before it writes is
// right here as well. Databases that see a clash only afterwards (CockroachDB, YugabyteDB) report it, and the
// transaction is run again.
import pg from 'pg';
import type { AuditRecord } from '../../core/audit.ts';
import type { Db } from '../../core/context.ts';
import type { Store, Work } from '../../core/dispatch.ts';
import type { OpenStore } from '../open-store.ts';
import { schemaVersion } from '../schema-version.generated.ts';
import type { Address } from './address.ts';
import { AuditTable } from './audit-table.ts';
import { Connection, takingBack, types } from './connection.ts';
import { ensureNotNewer, migrate, versionOf } from './migrate.ts';
import { Places } from './places.ts';
import { isLost, isWorthAnotherTry, unavailable, unknownOutcome } from './unavailable.ts';

const CONNECT_PATIENCE_MS = 5_000;
/** How long a call waits for another's change, and for any one statement. */
const LOCK_PATIENCE_MS = 15_000;
const STATEMENT_PATIENCE_MS = 30_000;
/** How long a server that is gone without a word, as with its power, is waited for. */
const ANSWER_PATIENCE_MS = 40_000;
/** A process that was stopped, or cut off, amid a transaction keeps others waiting no longer than this. */
const IDLE_PATIENCE_MS = 60_000;
const MOST_TRIES = 10;
/** Changes take turns: one is at work, and one has asked for the next turn. The rest need no connection to wait. */
const CHANGES_AT_ONCE = 2;

const begin = {
  // The change before is seen by every statement: its row was waited for.
  changes:
    'BEGIN ISOLATION LEVEL READ COMMITTED; UPDATE whmapi1_store SET changes = changes + 1 WHERE id = 1',
  // As the database was at one moment.
  reads: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
} as const;

/** From 5 to 15 milliseconds: those who met once shall not meet again. */
const jitter = () => 5 + (crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) / 25.6;

interface StoreOptions {
  readonly connections: number;
  readonly lockPatienceMs?: number;
  readonly answerPatienceMs?: number;
}

export class PostgresStore implements OpenStore {
  readonly server: string;
  readonly #pool: pg.Pool;
  readonly #connections: Places;
  readonly #changes: Places;
  readonly #name: string;
  readonly #auditTable: AuditTable;
  #ready: Promise<void> | undefined;

  constructor(
    address: Address,
    server: string,
    { connections, lockPatienceMs = LOCK_PATIENCE_MS, answerPatienceMs = ANSWER_PATIENCE_MS }: StoreOptions,
  ) {
    this.server = server;
    this.#name = address.name;
    // Not in the pool, whose patience is that for a new connection.
    this.#connections = new Places(connections, lockPatienceMs);
    this.#changes = new Places(CHANGES_AT_ONCE, lockPatienceMs);
    this.#pool = new pg.Pool({
      connectionString: address.url,
      max: connections,
      connectionTimeoutMillis: CONNECT_PATIENCE_MS,
      lock_timeout: lockPatienceMs,
      statement_timeout: STATEMENT_PATIENCE_MS,
      query_timeout: answerPatienceMs,
      idle_in_transaction_session_timeout: IDLE_PATIENCE_MS,
      application_name: 'whmapi1',
      keepAlive: true,
      // A command that is done does not wait for its connections.
      allowExitOnIdle: true,
      types,
    });
    // An idle connection that breaks is replaced when the next one is asked for.
    this.#pool.on('error', () => undefined);
    this.#auditTable = new AuditTable(server, (work) => this.#with(work));
  }

  async transaction<T>(
    effect: 'reads' | 'changes',
    work: (db: Db, nested: Store) => Promise<Work<T>>,
  ): Promise<T> {
    const run = () => this.#tried(effect, work);
    try {
      return await (effect === 'changes' ? this.#changes.within(run) : run());
    } catch (error) {
      throw unavailable(error, this.#name);
    }
  }

  async #tried<T>(
    effect: 'reads' | 'changes',
    work: (db: Db, nested: Store) => Promise<Work<T>>,
  ): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#with((client) => this.#once(client, effect, work));
      } catch (error) {
        if (!isWorthAnotherTry(error) || tries === MOST_TRIES) throw error;
        await new Promise((resume) => setTimeout(resume, jitter() * 2 ** tries));
      }
    }
  }

  async #once<T>(
    client: pg.PoolClient,
    effect: 'reads' | 'changes',
    work: (db: Db, nested: Store) => Promise<Work<T>>,
  ): Promise<T> {
    const connection = new Connection(client, this.server);
    const takeBack = () => connection.exec('ROLLBACK');
    const { value, keep } = await takingBack(async () => {
      await connection.exec(begin[effect]);
      return work(connection, connection.nested());
    }, takeBack);
    if (!keep) {
      // Where that fails, the connection is gone, and the database takes back what it had begun.
      await takeBack().catch(() => undefined);
      return value;
    }
    let done: string;
    try {
      done = await connection.exec('COMMIT');
    } catch (error) {
      throw isLost(error) ? unknownOutcome(error, this.#name) : error;
    }
    // So it answers, without an error, where a statement had failed and the work went on.
    if (done === 'ROLLBACK') throw new Error('PostgreSQL has taken the transaction back.');
    return value;
  }

  async state(): Promise<string> {
    try {
      const { rows } = await this.#with((client) =>
        client.query<{ changes: number }>('SELECT changes FROM whmapi1_store WHERE id = 1'),
      );
      return String(rows[0]?.changes);
    } catch (error) {
      throw unavailable(error, this.#name);
    }
  }

  async audit(record: AuditRecord, db: Db | undefined): Promise<void> {
    try {
      await this.#auditTable.keep(record, db);
    } catch (error) {
      // Within a transaction it is for that to say what became of it.
      throw db === undefined ? unavailable(error, this.#name) : error;
    }
  }

  close(): void {
    // What is under way on a connection is let finish.
    this.#pool.end().catch(() => undefined);
  }

  /** `work` with a connection of its own, to a database that has the program's schema. */
  async #with<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    await (this.#ready ??= this.#makeReady().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    }));
    return this.#connections.within(() => this.#connected(work));
  }

  async #connected<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    // A connection that breaks between two statements tells nobody else.
    const ignore = () => undefined;
    client.on('error', ignore);
    let broken = true;
    try {
      const value = await work(client);
      broken = false;
      return value;
    } catch (error) {
      broken = isLost(error) || error === undefined;
      throw error;
    } finally {
      client.off('error', ignore);
      // Nobody else gets a connection on which a transaction is still open.
      client.release(broken || client.getTransactionStatus() !== 'I');
    }
  }

  async #makeReady(): Promise<void> {
    await this.#connected(async (client) => {
      const version = await versionOf(client);
      ensureNotNewer(version, this.#name);
      if (version !== schemaVersion) await migrate(client, this.#name);
    });
  }
}
