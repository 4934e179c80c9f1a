// Copies everything from one store to another, and verifies the copy.
import { createHash } from 'node:crypto';
import type { Db, SqlValue } from '../core/context.ts';
import { ApiError } from '../core/errors.ts';
import { Database } from './database.ts';
import type { OpenStore } from './open-store.ts';
import { postgresDialect } from './postgres/dialect.ts';
import { schema } from './schema.generated.ts';

export interface Moved {
  readonly table: string;
  readonly rows: number;
  /** SHA-256 over the rows of the table, in hexadecimal; the same in every store. */
  readonly digest: string;
}

export interface Outcome {
  /** False if the target already contained the same. */
  readonly isNew: boolean;
  readonly tables: readonly Moved[];
}

export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  /** The columns that identify a row. */
  readonly key: readonly string[];
  /** True if the database numbers its rows, in the column `id`. */
  readonly isNumbered: boolean;
}
type Row = Readonly<Record<string, SqlValue>>;

/** The number of rows in memory at a time. */
const BATCH = 2_000;

/**
 * Uses one transaction in each store: no other process changes the source meanwhile, and the target gets everything or
 * nothing.
 * @throws ApiError `store_unavailable` if the target contains other data, or if the source contains rows of other
 * servers and the target is a store of one server.
 */
export function move(source: OpenStore, target: OpenStore): Promise<Outcome> {
  return source.transaction('changes', async (from) => {
    await stayIdle(from);
    const moved = target.transaction('changes', async (to) => {
      await stayIdle(to);
      const value = await copy(from, to);
      // If the connection was lost, others might have changed the source. This statement fails then, and nothing is
      // kept.
      await from.get('SELECT 1 AS here');
      return { value, keep: true };
    });
    return { value: await moved, keep: false };
  });
}

/** Keeps the transaction open while the other database is read or written, however long that takes. */
export async function stayIdle(db: Db): Promise<void> {
  if (db.dialect === postgresDialect) await db.run('SET LOCAL idle_in_transaction_session_timeout = 0');
}

async function copy(from: Db, to: Db): Promise<Outcome> {
  const fresh = new Database(':memory:');
  try {
    fresh.exec(schema);
    const tables = tablesOf(fresh);
    for (const table of tables) await assertAllOfOneServer(from, to, table);
    const moved = await digestsOf(tables, (table) => rowsOf(from, table));
    const there = await digestsOf(tables, (table) => rowsOf(to, table));
    if (areEqual(moved, there)) return { isNew: false, tables: moved };
    const beginnings = await digestsOf(tables, (table) => freshRows(fresh, table));
    assertNotInUse(there, beginnings);
    for (const table of tables) await copyTable(from, to, table);
    const copied = await digestsOf(tables, (table) => rowsOf(to, table));
    if (!areEqual(moved, copied)) {
      throw new Error(`The copy differs from what was copied: ${differing(moved, copied)}.`);
    }
    return { isNew: true, tables: copied };
  } finally {
    fresh.close();
  }
}

export function tablesOf(database: Database): Table[] {
  const names = database
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)
    .values() as string[];
  return names.map((name) => {
    const described = database.prepare('SELECT name, type, pk FROM pragma_table_info(?)').all(name) as {
      name: string;
      type: string;
      pk: number;
    }[];
    const columns = described.map((column) => column.name);
    const key = described.filter(({ pk }) => pk > 0).map((column) => column.name);
    const isNumbered = described.some(
      ({ name: column, type, pk }) => column === 'id' && type === 'INTEGER' && pk > 0,
    );
    return { name, columns, key: key.length > 0 ? key : columns, isNumbered };
  });
}

/** The same database without a server name, so that the rows of every server are read and written unchanged. */
export function verbatim(db: Db): Db {
  return {
    get: (sql, ...values) => db.get(sql, ...values),
    all: (sql, ...values) => db.all(sql, ...values),
    run: (sql, ...values) => db.run(sql, ...values),
    dialect: db.dialect,
    // No server name contains a space.
    server: 'no server',
  };
}

/** Replaces the name of this server in rows, because the two stores might use different names. */
const HERE = 'this server';

export async function* rowsOf(db: Db, { name, columns, key }: Table): AsyncGenerator<Row> {
  for (let at = 0; ; at += BATCH) {
    const rows = await db.all<Row>(
      `SELECT ${columns.join(', ')} FROM ${name} ORDER BY ${key.join(', ')} LIMIT ? OFFSET ?`,
      BATCH,
      at,
    );
    for (const row of rows) yield row.server === db.server ? { ...row, server: HERE } : row;
    if (rows.length < BATCH) return;
  }
}

async function* freshRows(database: Database, { name }: Table): AsyncGenerator<Row> {
  yield* database.prepare(`SELECT * FROM ${name}`).all() as Row[];
}

export async function copyTable(from: Db, to: Db, table: Table): Promise<void> {
  const { name, columns } = table;
  const insert = `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
  await to.run(`DELETE FROM ${name}`);
  for await (const row of rowsOf(from, table)) {
    const values: Row = row.server === HERE ? { ...row, server: to.server } : row;
    await to.run(insert, ...columns.map((column) => values[column] ?? null));
  }
  const numbersAfter = table.isNumbered ? to.dialect.numbersAfter?.(name) : undefined;
  if (numbersAfter !== undefined) await to.get(numbersAfter);
}

export async function digestsOf(
  tables: readonly Table[],
  rows: (table: Table) => AsyncGenerator<Row>,
): Promise<Moved[]> {
  const digests: Moved[] = [];
  for (const table of tables) {
    // Each row is hashed separately, and the hashes are sorted, so that the order of the rows does not matter.
    const hashes: string[] = [];
    for await (const row of rows(table)) {
      const values = table.columns.map((column) => canonical(row[column] ?? null));
      hashes.push(createHash('sha256').update(JSON.stringify(values)).digest('hex'));
    }
    const digest = createHash('sha256').update(hashes.sort().join('\n')).digest('hex');
    digests.push({ table: table.name, rows: hashes.length, digest });
  }
  return digests;
}

/** Makes bytes and integers of all drivers comparable, and replaces NUL, which PostgreSQL cannot store. */
function canonical(value: SqlValue): string | number | null {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (typeof value === 'string') return value.replaceAll('\0', '\ufffd');
  return typeof value === 'bigint' ? Number(value) : value;
}

function areEqual(some: readonly Moved[], others: readonly Moved[]): boolean {
  return differing(some, others) === '';
}

/** Returns the tables that differ, separated by commas. */
export function differing(some: readonly Moved[], others: readonly Moved[]): string {
  return some
    .filter(({ digest }, at) => digest !== others[at]?.digest)
    .map(({ table }) => `“${table}”`)
    .join(', ');
}

/** @throws ApiError `store_unavailable` if the target is neither new nor the same. */
function assertNotInUse(there: readonly Moved[], beginnings: readonly Moved[]): void {
  if (areEqual(there, beginnings)) return;
  throw new ApiError(
    'store_unavailable',
    `The destination store is in use: it has other data in ${differing(there, beginnings)}. ` +
      'Name a new database. Nothing was changed.',
  );
}

/** @throws ApiError `store_unavailable` if rows of other servers would be copied to a store of one server. */
async function assertAllOfOneServer(from: Db, to: Db, { name, columns }: Table): Promise<void> {
  if (to.server !== '' || !columns.includes('server')) return;
  const others = await from.all<{ server: string }>(
    `SELECT DISTINCT server FROM ${name} WHERE server <> ? ORDER BY server LIMIT 4`,
    from.server,
  );
  if (others.length === 0) return;
  throw new ApiError(
    'store_unavailable',
    `The source store has accounts or tasks of other servers (${others.map(({ server }) => `“${server}”`).join(', ')}), ` +
      'which the store of one server cannot contain. Remove them (--forget-server), or keep PostgreSQL. Nothing was changed.',
  );
}
