// A PostgreSQL database that several servers share. It is loaded only where one is named (`shared-store-file.ts`).
//
// A change begins by counting itself in the one row of `whmapi1_store`: whoever comes next waits there until it is kept
// or taken back. So changes of all servers take turns, as they do in SQLite, and a model that looks before it writes is
// right here as well. Those of one process take turns before that, so that the ones that wait leave connections to
// whoever only reads. Databases that see a clash only afterwards (CockroachDB, YugabyteDB) report it, and the
// transaction is run again.
import pg from 'pg';
import type { AuditRecord } from '../../core/audit.ts';
import type { Db } from '../../core/context.ts';
import type { Store, Work } from '../../core/engine.ts';
import type { OpenStore } from '../open-store.ts';
import { schemaVersion } from '../schema-version.generated.ts';
import type { Address } from './address.ts';
import { AuditTable } from './audit-table.ts';
import { Connection, takingBack, types } from './connection.ts';
import { ensureNotNewer, migrate, versionOf } from './migrate.ts';
import { claimServerName } from './server-name.ts';
import { Turns } from './turns.ts';
import { isLost, isWorthAnotherTry, unavailable, unknownOutcome } from './unavailable.ts';

const CONNECT_PATIENCE_MS = 5_000;
/** How long a call waits for another's change, and for any one statement. */
const LOCK_PATIENCE_MS = 15_000;
const STATEMENT_PATIENCE_MS = 30_000;
/** How long a server that is gone without a word, as with its power, is waited for. */
const ANSWER_PATIENCE_MS = 40_000;
/** A process that was stopped, or cut off, amid a transaction keeps its connection no longer than this. */
const IDLE_PATIENCE_MS = 60_000;
/** And where others wait for their turn, less than they wait. */
const IDLE_IN_CHANGE_MS = 12_000;
const MOST_TRIES = 10;
/** One is under way, and the next waits in the database already, so that no time goes between them. */
const MOST_CHANGES = 2;

const begin = {
  // The change before is seen by every statement: its row was waited for.
  changes: () =>
    'BEGIN ISOLATION LEVEL READ COMMITTED; ' +
    `SET LOCAL idle_in_transaction_session_timeout = ${IDLE_IN_CHANGE_MS}; ` +
    `UPDATE whmapi1_store SET changes = changes + 1, mark = '${crypto.randomUUID()}' WHERE id = 1 RETURNING schema_version`,
  // As the database was at one moment.
  reads: () =>
    'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT schema_version FROM whmapi1_store WHERE id = 1',
} as const;

/** From 5 to 15 milliseconds: those who met once shall not meet again. */
const jitter = () => 5 + (crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) / 25.6;

interface StoreOptions {
  readonly connections: number;
  /** What tells this machine from others: its server's name is no other machine's. Not looked at where it is absent. */
  readonly machine?: string;
  /** How long lines stay in the audit table; for ever where it is absent. */
  readonly auditDays?: number | undefined;
  /** The process ends with its call. */
  readonly endsSoon?: boolean;
  readonly lockPatienceMs?: number;
  readonly answerPatienceMs?: number;
  /** How long a call waits for a connection that others of its process have. */
  readonly turnPatienceMs?: number;
}

/** Connections, which never wait for each other in the driver: it tells of that as of a database that is silent. */
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
          'Repeat the call; pg_stat_activity shows what they wait for; nothing was changed.',
      );
    const lane = (max: number): Lane => ({
      pool: new pg.Pool({ ...settings, max }),
      turns: turns(max, 'all connections'),
    });
    this.#calls = lane(connections);
    // Of its own: a call that waits for its line has a connection already, and all may be taken by such calls.
    this.#audits = lane(1);
    this.#changes = turns(
      Math.max(1, Math.min(MOST_CHANGES, connections - 1)),
      'the connections for changes',
    );
    // An idle connection that breaks is replaced when the next one is asked for.
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
        if (!isWorthAnotherTry(error) || tries === MOST_TRIES) throw unavailable(error, this.#name);
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
      // Another server may have been updated, and have changed the schema under this one.
      ensureNotNewer(begun.rows[0]?.schema_version, this.#name);
      return work(connection, connection.nested());
    }, takeBack);
    if (!keep) {
      // Where that fails, the connection is gone, and the database takes back what it had begun.
      await takeBack().catch(() => undefined);
      return value;
    }
    let done: string | undefined;
    try {
      done = (await connection.end('COMMIT'))?.command;
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
        client.query<{ schema_version: number; changes: number; mark: string }>(
          'SELECT schema_version, changes, mark FROM whmapi1_store WHERE id = 1',
        ),
      );
      ensureNotNewer(rows[0]?.schema_version, this.#name);
      return `${rows[0]?.changes} ${rows[0]?.mark}`;
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
    for (const { pool } of [this.#calls, this.#audits]) pool.end().catch(() => undefined);
  }

  /** `work` with a connection of its own, to a database that has the program's schema. */
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
      ensureNotNewer(version, this.#name);
      if (version !== schemaVersion) await migrate(client, this.#name);
      const [server, machine, name] = [this.server, this.#machine, this.#name];
      if (machine !== undefined) await claimServerName(client, { server, machine, name });
    });
  }
}

/** `work` with a connection, which is not used again once it broke. */
function connected<T>({ pool, turns }: Lane, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return turns.taking(async () => using(await pool.connect(), work));
}

async function using<T>(client: pg.PoolClient, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  // A connection that breaks between two statements tells nobody else.
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
    // Nobody else gets a connection on which a transaction is still open.
    client.release(broken || client.getTransactionStatus() !== 'I');
  }
}
