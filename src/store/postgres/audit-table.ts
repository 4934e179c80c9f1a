// The audit log of all servers, in a table: a copy of each line of each server's own audit.log.
import type pg from 'pg';
import type { AuditRecord } from '../../core/audit.ts';
import type { Db } from '../../core/context.ts';
import { auditLine } from '../audit-line.ts';

const INSERT = `INSERT INTO audit_record (time, server, xid, caller, function, result, line)
  SELECT time, server, xid, caller, function, result, line
  FROM json_to_recordset(CAST(? AS JSON))
    AS line (time BIGINT, server TEXT, xid TEXT, caller TEXT, function TEXT, result BIGINT, line TEXT)`;

export class AuditTable {
  readonly #server: string;
  readonly #withClient: (work: (client: pg.PoolClient) => Promise<unknown>) => Promise<unknown>;
  #gathered: AuditRecord[] = [];
  #written: Promise<void> | undefined;

  constructor(
    server: string,
    withClient: (work: (client: pg.PoolClient) => Promise<unknown>) => Promise<unknown>,
  ) {
    this.#server = server;
    this.#withClient = withClient;
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
      await this.#withClient((client) => client.query(INSERT.replace('?', '$1'), [rows]));
    });
    await this.#written;
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
