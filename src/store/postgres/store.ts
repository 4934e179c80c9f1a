// A PostgreSQL database that several servers share. It is loaded only if one is configured (`shared-store-file.ts`).
//
// A change begins by increasing the counter in the single row of `whmapi1_store`. The next change waits there until the
// first one is committed or rolled back. The changes of all servers therefore take turns, as in SQLite, and a model
// that reads before it writes is correct here too. Changes of one process also take turns before they get a connection,
// so that waiting changes leave connections to calls that only read. Databases that detect a clash only afterwards
// (CockroachDB, YugabyteDB) report it, and the transaction runs again.
import pg from 'pg';
import type { AuditRecord } from '../../core/audit.ts';
import type { Db } from '../../core/context.ts';
import type { Store, Work } from '../../core/engine.ts';
import type { OpenStore } from '../open-store.ts';
import { schemaVersion } from '../schema-version.generated.ts';
import type { Address } from './address.ts';
import { AuditTable } from './audit-table.ts';
import { Connection, takingBack, types } from './connection.ts';
import { assertNotNewer, migrate, versionOf } from './migrate.ts';
import { claimServerName } from './server-name.ts';
import { Turns } from './turns.ts';
import { isLost, isWorthAnotherTry, unavailable, unknownOutcome } from './unavailable.ts';

const CONNECT_PATIENCE_MS = 5_000;
/** How long a call waits for the change of another one, and for a single statement. */
const LOCK_PATIENCE_MS = 15_000;
const STATEMENT_PATIENCE_MS = 30_000;
/** How long to wait for a server that is gone without a response, for example after a power cut. */
const ANSWER_PATIENCE_MS = 40_000;
/** If a process is stopped or cut off during a transaction, its connection is kept no longer than this. */
const IDLE_PATIENCE_MS = 60_000;
/** The same limit for changes. It is shorter than the time that others wait for their turn. */
const IDLE_IN_CHANGE_MS = 12_000;
const MAX_TRIES = 10;
/** One change runs, and the next one already waits in the database, so that no time passes between them. */
const MAX_CHANGES = 2;

const begin = {
  // Every statement sees the previous change, because the transaction waited for its row.
  changes: () =>
    'BEGIN ISOLATION LEVEL READ COMMITTED; ' +
    `SET LOCAL idle_in_transaction_session_timeout = ${IDLE_IN_CHANGE_MS}; ` +
    `UPDATE whmapi1_store SET changes = changes + 1, mark = '${crypto.randomUUID()}' WHERE id = 1 RETURNING schema_version`,
  // A snapshot of the database at one moment.
  reads: () =>
    'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT schema_version FROM whmapi1_store WHERE id = 1',
} as const;

/** From 5 to 15 milliseconds, so that transactions that clashed once do not clash again. */
const jitter = () => 5 + (crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) / 25.6;

interface StoreOptions {
  readonly connections: number;
  /** Identifies this machine: the name of its server belongs to no other machine. Not checked if absent. */
  readonly machine?: string;
  /** The number of days that lines stay in the audit table. If absent, they stay for ever. */
  readonly auditDays?: number | undefined;
  /** True if the process ends with its call. */
  readonly endsSoon?: boolean;
  readonly lockPatienceMs?: number;
  readonly answerPatienceMs?: number;
  /** How long a call waits for a connection that other calls of its process use. */
  readonly turnPatienceMs?: number;
}

/** Connections, and the turns for them. No call waits in the driver, which would report it as a silent database. */
interface Lane {
  readonly pool: pg.Pool;
  readonly turns: Turns;
}

export class PostgresStore implements OpenStore {
  readonly server: string;
  readonly #calls: Lane;
  readonly #audits: Lane;
  readonly #changes: Turns;
  readonly #name: string;
  readonly #machine: string | undefined;
  readonly #auditTable: AuditTable;
  #ready: Promise<void> | undefined;

  constructor(
    address: Address,
    server: string,
    {
      connections,
      machine,
      auditDays,
      endsSoon = false,
      lockPatienceMs = LOCK_PATIENCE_MS,
      answerPatienceMs = ANSWER_PATIENCE_MS,
      turnPatienceMs = LOCK_PATIENCE_MS,
    }: StoreOptions,
  ) {
    this.server = server;
    this.#machine = machine;
    this.#name = address.name;
    const settings: pg.PoolConfig = {
      connectionString: address.url,
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
    };
    const turns = (atOnce: number, which: string) =>
      new Turns(
        atOnce,
        turnPatienceMs,
        `The store “${address.name}” could not be used: ${which} of this process were in use for too long. ` +
          'Retry the call. pg_stat_activity shows what they wait for. Nothing was changed.',
      );
    const lane = (max: number): Lane => ({
      pool: new pg.Pool({ ...settings, max }),
      turns: turns(max, 'all connections'),
    });
    this.#calls = lane(connections);
    // Separate: a call that waits for its audit line already has a connection, and such calls may use all of them.
    this.#audits = lane(1);
    this.#changes = turns(Math.max(1, Math.min(MAX_CHANGES, connections - 1)), 'the connections for changes');
    // An idle connection that breaks is replaced when the next one is requested.
    for (const { pool } of [this.#calls, this.#audits]) pool.on('error', () => undefined);
    this.#auditTable = new AuditTable(server, {
      days: auditDays,
      writing: (work) => this.#with(work, this.#audits),
      removing: (work) => this.#with(work),
      endsSoon,
    });
  }

  async transaction<T>(
    effect: 'reads' | 'changes',
    work: (db: Db, nested: Store) => Promise<Work<T>>,
  ): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        const once = () => this.#with((client) => this.#once(client, effect, work));
        return await (effect === 'changes' ? this.#changes.taking(once) : once());
      } catch (error) {
        if (!isWorthAnotherTry(error) || tries === MAX_TRIES) throw unavailable(error, this.#name);
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
    try {
      return await this.#within(connection, effect, work);
    } finally {
      await connection.end();
    }
  }

  async #within<T>(
    connection: Connection,
    effect: 'reads' | 'changes',
    work: (db: Db, nested: Store) => Promise<Work<T>>,
  ): Promise<T> {
    const takeBack = () => connection.end('ROLLBACK');
    const { value, keep } = await takingBack(async () => {
      const begun = await connection.exec<{ schema_version: number }>(begin[effect]());
      // Another server might have been updated and have changed the schema meanwhile.
      assertNotNewer(begun.rows[0]?.schema_version, this.#name);
      return work(connection, connection.nested());
    }, takeBack);
    if (!keep) {
      // If the rollback fails, the connection is lost, and the database rolls back by itself.
      await takeBack().catch(() => undefined);
      return value;
    }
    let done: string | undefined;
    try {
      done = (await connection.end('COMMIT'))?.command;
    } catch (error) {
      throw isLost(error) ? unknownOutcome(error, this.#name) : error;
    }
    // PostgreSQL responds to COMMIT with ROLLBACK, without an error, if a statement failed and the work continued.
    if (done === 'ROLLBACK') throw new Error('PostgreSQL rolled the transaction back.');
    return value;
  }

  async state(): Promise<string> {
    try {
      const { rows } = await this.#with((client) =>
        client.query<{ schema_version: number; changes: number; mark: string }>(
          'SELECT schema_version, changes, mark FROM whmapi1_store WHERE id = 1',
        ),
      );
      assertNotNewer(rows[0]?.schema_version, this.#name);
      return `${rows[0]?.changes} ${rows[0]?.mark}`;
    } catch (error) {
      throw unavailable(error, this.#name);
    }
  }

  async audit(record: AuditRecord, db: Db | undefined): Promise<void> {
    try {
      await this.#auditTable.keep(record, db);
    } catch (error) {
      // Within a transaction, the transaction itself reports its outcome.
      throw db === undefined ? unavailable(error, this.#name) : error;
    }
  }

  close(): void {
    // Statements that are running can finish.
    for (const { pool } of [this.#calls, this.#audits]) pool.end().catch(() => undefined);
  }

  /** Runs `work` with its own connection to a database that has the program's schema. */
  async #with<T>(work: (client: pg.PoolClient) => Promise<T>, lane = this.#calls): Promise<T> {
    await (this.#ready ??= this.#makeReady().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    }));
    return connected(lane, work);
  }

  async #makeReady(): Promise<void> {
    await connected(this.#calls, async (client) => {
      const version = await versionOf(client);
      assertNotNewer(version, this.#name);
      if (version !== schemaVersion) await migrate(client, this.#name);
      const [server, machine, name] = [this.server, this.#machine, this.#name];
      if (machine !== undefined) await claimServerName(client, { server, machine, name });
    });
  }
}

/** Runs `work` with a connection, which is not used again if it breaks. */
function connected<T>({ pool, turns }: Lane, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return turns.taking(async () => using(await pool.connect(), work));
}

async function using<T>(client: pg.PoolClient, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  // If a connection breaks between two statements, nothing else handles its error.
  const ignore = () => undefined;
  client.on('error', ignore);
  let broken = true;
  try {
    const value = await work(client);
    broken = false;
    return value;
  } catch (error) {
    broken = isLost(error);
    throw error;
  } finally {
    client.off('error', ignore);
    // A connection with an open transaction is not used again.
    client.release(broken || client.getTransactionStatus() !== 'I');
  }
}
