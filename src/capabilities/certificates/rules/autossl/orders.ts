// Orders of certificates under way. Each virtual host has at most one. Its key is stored, encrypted, before the issuer
// learns of the order, and so are the order’s URL and the certificate once they are known: whoever continues the order
// after a crash has all of it.
import type { Db, Sealer } from '../../../../core/context.ts';
import type { Field } from '../../../../core/define.ts';
import type { IssuedCertificate } from '../../../../core/machine-acme.ts';
import { findSealed } from '../../../../ground/rules/two-factor/sealed-secrets.ts';
import { toSeconds } from './runs.ts';

export interface Order {
  readonly id: number;
  readonly username: string;
  /** The virtual host. */
  readonly servername: string;
  readonly names: readonly string[];
  /** The URL of the issuer’s directory. */
  readonly directory: string;
  readonly sealed: Uint8Array;
  /** Null if it was not placed yet. */
  readonly url: string | null;
  /** Present once it was issued. */
  readonly issued: IssuedCertificate | undefined;
  /** The task that works on it, or did last. */
  readonly task: number;
  /** Milliseconds since 1970-01-01, like the other times. */
  readonly requestedAt: number;
  readonly polledAt: number;
  /** The issuer is not asked before. */
  readonly waitUntil: number;
}

type Row = Omit<Order, 'names' | 'issued'> & {
  readonly names: string;
  readonly certificate: string | null;
  readonly chain: string | null;
};

const COLUMNS = `id, username, servername, names, directory, sealed, url, certificate, chain, task,
  requested_at AS "requestedAt", polled_at AS "polledAt", wait_until AS "waitUntil"`;

/** The oldest first. */
export async function list(db: Db): Promise<Order[]> {
  const rows = await db.all<Row>(
    `SELECT ${COLUMNS} FROM autossl_order WHERE server = ? ORDER BY id`,
    db.server,
  );
  return rows.map(orderOf);
}

export async function ofUser(db: Db, username: string): Promise<Order[]> {
  const rows = await db.all<Row>(
    `SELECT ${COLUMNS} FROM autossl_order WHERE username = ? ORDER BY id`,
    username,
  );
  return rows.map(orderOf);
}

export async function find(db: Db, servername: string): Promise<Order | undefined> {
  const row = await db.get<Row>(`SELECT ${COLUMNS} FROM autossl_order WHERE servername = ?`, servername);
  return row === undefined ? undefined : orderOf(row);
}

function orderOf({ names, certificate, chain, ...row }: Row): Order {
  const issued = certificate === null ? undefined : { certificate, chain: chain ?? '' };
  return { ...row, names: JSON.parse(names) as string[], issued };
}

type NewOrder = Pick<Order, 'username' | 'servername' | 'names' | 'directory' | 'task'>;

/**
 * @param key the private key of the certificate (PEM).
 * @returns false if there is an order for the virtual host already: another task was faster.
 */
export async function add(
  { db, sealer }: { readonly db: Db; readonly sealer: Sealer },
  { username, servername, names, directory, task }: NewOrder,
  key: string,
  now: number,
): Promise<boolean> {
  const sealed = await sealer.seal(key, purposeOf(servername), await findSealed(db));
  const added = await db.run(
    `INSERT INTO autossl_order (server, username, servername, names, directory, sealed, task, requested_at, polled_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (servername) DO NOTHING`,
    ...[db.server, username, servername, JSON.stringify(names), directory, sealed, task, now, now],
  );
  return added === 1;
}

/** The private key of its certificate. @throws ApiError `key_lost` */
export function openKey(sealer: Sealer, { sealed, servername }: Order): Promise<string> {
  return sealer.open(sealed, purposeOf(servername));
}

/** True if its task is running, so that another one must leave the order alone. */
export async function isWorkedOn(db: Db, { task }: Order): Promise<boolean> {
  const sql = "SELECT 1 FROM task WHERE id = ? AND server = ? AND state = 'running'";
  return (await db.get(sql, task, db.server)) !== undefined;
}

export async function setTask(db: Db, { id }: Order, task: number): Promise<void> {
  await db.run('UPDATE autossl_order SET task = ? WHERE id = ?', task, id);
}

export async function setUrl(db: Db, { id }: Order, url: string): Promise<void> {
  await db.run('UPDATE autossl_order SET url = ? WHERE id = ?', url, id);
}

export async function setPolled(db: Db, { id }: Order, now: number): Promise<void> {
  await db.run('UPDATE autossl_order SET polled_at = ? WHERE id = ?', now, id);
}

/** The issuer asked for time. */
export async function setWait(db: Db, { id }: Order, until: number): Promise<void> {
  await db.run('UPDATE autossl_order SET wait_until = ? WHERE id = ?', until, id);
}

export async function setIssued(db: Db, { id }: Order, issued: IssuedCertificate): Promise<void> {
  await db.run(
    'UPDATE autossl_order SET certificate = ?, chain = ? WHERE id = ?',
    ...[issued.certificate, issued.chain, id],
  );
}

export async function remove(db: Db, { id }: Pick<Order, 'id'>): Promise<void> {
  await db.run('DELETE FROM autossl_order WHERE id = ?', id);
}

const HOUR_MS = 3_600_000;

/**
 * Counts an order once.
 * @param limit how many may be placed in an hour. 0: any number.
 * @returns when the next one may be, if there were as many.
 */
export async function count(
  db: Db,
  { id }: Pick<Order, 'id'>,
  { directory, now, limit }: { readonly directory: string; readonly now: number; readonly limit: number },
): Promise<number | undefined> {
  await db.run('DELETE FROM autossl_placed WHERE server = ? AND placed_at <= ?', db.server, now - HOUR_MS);
  const placed = await db.all<{ id: number; at: number }>(
    `SELECT autossl_order AS id, placed_at AS at FROM autossl_placed WHERE server = ? AND directory = ? ORDER BY placed_at`,
    ...[db.server, directory],
  );
  if (placed.some((one) => one.id === id)) return undefined;
  const [oldest] = placed;
  if (limit > 0 && oldest !== undefined && placed.length >= limit) return oldest.at + HOUR_MS;
  await db.run(
    'INSERT INTO autossl_placed (server, directory, placed_at, autossl_order) VALUES (?, ?, ?, ?)',
    ...[db.server, directory, now, id],
  );
  return undefined;
}

function purposeOf(servername: string): string {
  return `AutoSSL certificate of ${servername}`;
}

export const pendingFields = {
  domain: { type: 'string', doc: 'A name of the certificate.' },
  order_item_id: { type: 'string', doc: 'The number of the order on this server.' },
  request_time: { type: 'string', doc: 'When it was ordered: 2026-11-26T08:06:00Z.' },
} as const satisfies Record<string, Field>;

/** One row for each name. */
export const pendingRows = ({ names, id, requestedAt }: Order) =>
  names.map((domain) => ({ domain, order_item_id: String(id), request_time: toSeconds(requestedAt) }));

export const queueFields = {
  ...pendingFields,
  last_poll_time: { type: 'string', doc: 'When the issuer was asked last.' },
  vhost_name: { type: 'string', doc: 'The virtual host.' },
} as const satisfies Record<string, Field>;

export const queueRows = (orders: readonly Order[]) =>
  orders.flatMap((order) =>
    pendingRows(order).map((row) => ({
      ...row,
      ...{ last_poll_time: toSeconds(order.polledAt), vhost_name: order.servername },
    })),
  );
