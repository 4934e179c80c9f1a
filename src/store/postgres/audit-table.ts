// The audit log of all servers, in a table: a copy of each line of each server's own audit.log.
//
// Old lines are removed as new lines are written: the writer of every hundredth line removes up to 500 old ones. The
// table therefore shrinks to its limit as fast as it could grow, for any number of servers, and needs no timer.
import type pg from 'pg';
import type { AuditRecord } from '../../core/audit.ts';
import type { Db } from '../../core/context.ts';
import { auditLine } from '../audit-line.ts';

const INSERT = `INSERT INTO audit_record (time, server, xid, caller, function, result, line)
  SELECT time, server, xid, caller, function, result, line
  FROM json_to_recordset(CAST(? AS JSON))
    AS line (time BIGINT, server TEXT, xid TEXT, caller TEXT, function TEXT, result BIGINT, line TEXT)
  RETURNING id`;

const DAY_MS = 24 * 60 * 60 * 1000;

/** The number of lines between two removals, and the maximum number of lines that one removal takes. */
const LINES_BETWEEN = 100;
const MAX_REMOVED = 500;

/** Uses the clock of the database, which all servers share. Gives up if it takes long. */
const removal = (days: number) => `BEGIN; SET LOCAL statement_timeout = 1000; SET LOCAL lock_timeout = 200;
  DELETE FROM audit_record WHERE id IN (
    SELECT id FROM audit_record WHERE time < CAST(EXTRACT(EPOCH FROM now()) * 1000 - ${days * DAY_MS} AS BIGINT)
    ORDER BY time LIMIT ${MAX_REMOVED});
  COMMIT`;

type WithClient = (work: (client: pg.PoolClient) => Promise<unknown>) => Promise<unknown>;

interface AuditTableOptions {
  /** Undefined: lines are kept for ever. */
  readonly days: number | undefined;
  /** Runs `work` with the connection that writes lines. */
  readonly writing: WithClient;
  /** Runs `work` with another connection, so that no line waits for it. */
  readonly removing: WithClient;
  /** True if the process ends with its call. The call then waits until old lines are removed. */
  readonly endsSoon: boolean;
}

export class AuditTable {
  readonly #server: string;
  readonly #options: AuditTableOptions;
  #gathered: AuditRecord[] = [];
  #written: Promise<void> | undefined;
  #removed: Promise<unknown> | undefined;

  constructor(server: string, options: AuditTableOptions) {
    this.#server = server;
    this.#options = options;
  }

  /**
   * Returns when the line is stored: with its change in the transaction `db`, or else with other lines of this turn.
   */
  async keep(record: AuditRecord, db: Db | undefined): Promise<void> {
    if (db !== undefined) {
      await db.run(INSERT, this.#rows([record]));
      return;
    }
    this.#gathered.push(record);
    this.#written ??= new Promise<void>((resume) => setImmediate(resume)).then(async () => {
      this.#written = undefined;
      const rows = this.#rows(this.#gathered);
      this.#gathered = [];
      await this.#options.writing(async (client) => {
        const written = await client.query<{ id: number }>(INSERT.replace('?', '$1'), [rows]);
        if (!written.rows.some(({ id }) => id % LINES_BETWEEN === 0)) return;
        const { endsSoon, removing } = this.#options;
        if (endsSoon) await this.#removeOld((work) => work(client));
        else void this.#removeOld(removing);
      });
    });
    await this.#written;
  }

  /** If it fails, the next removal tries again. */
  async #removeOld(withClient: WithClient): Promise<void> {
    const { days } = this.#options;
    if (days === undefined) return;
    await (this.#removed ??= withClient((client) => client.query(removal(days)))
      .catch(() => undefined)
      .then(() => (this.#removed = undefined)));
  }

  #rows(records: readonly AuditRecord[]): string {
    return JSON.stringify(
      records.map((record) => {
        const { time, xid, result } = record;
        const [caller, called] = [storable(record.caller), storable(record.function)];
        return { time, server: this.#server, xid, caller, function: called, result, line: auditLine(record) };
      }),
    );
  }
}

/** PostgreSQL's texts cannot contain NUL or half a surrogate pair. A stranger might send them in a username. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}
