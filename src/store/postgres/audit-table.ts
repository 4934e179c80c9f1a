// The audit log of all servers, in a table: a copy of each line of each server's own audit.log.
//
// Old lines go as new ones come: whoever writes the hundredth of a hundred removes a few hundred, so that the table shrinks
// to its measure as fast as it could grow, whatever the number of servers, and nobody needs a clock to think of it.
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

/** After how many lines, and how many of the old ones then. */
const LINES_BETWEEN = 100;
const MOST_REMOVED = 500;

/** By the database's clock, which all servers have in common; given up where it would take long. */
const removal = (days: number) => `BEGIN; SET LOCAL statement_timeout = 1000; SET LOCAL lock_timeout = 200;
  DELETE FROM audit_record WHERE id IN (
    SELECT id FROM audit_record WHERE time < CAST(EXTRACT(EPOCH FROM now()) * 1000 - ${days * DAY_MS} AS BIGINT)
    ORDER BY time LIMIT ${MOST_REMOVED});
  COMMIT`;

type WithClient = (work: (client: pg.PoolClient) => Promise<unknown>) => Promise<unknown>;

interface AuditTableOptions {
  /** Undefined: for ever. */
  readonly days: number | undefined;
  /** With the connection on which lines are written. */
  readonly writing: WithClient;
  /** With another one: no line waits for it. */
  readonly removing: WithClient;
  /** The process ends with its call: what that does not wait for would not be done. */
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

  /** Once it is kept: with the change that it tells of, in the transaction `db`; else with others of this turn. */
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

  /** Where it fails, the next one tries again. */
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

/** PostgreSQL's texts hold no NUL and no half of a surrogate pair; in a user's name a stranger may have sent them. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}
