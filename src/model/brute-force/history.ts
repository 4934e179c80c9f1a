// Failed logins, and the blocks that they brought about, as they are stored.
import type { Db, SqlValue } from '../../core/context.ts';
import { withWholeSources, type Range } from './addresses.ts';
import { CLOCK_TOLERANCE_MS } from '../clock.ts';

export interface StoredFailure {
  /** Keys of `addresses.ts`, here and below. */
  readonly address: string;
  readonly username: string;
  readonly service: string;
  readonly authentication: string;
  readonly failedAt: number;
}

export interface NewFailure extends StoredFailure {
  readonly isLocal: boolean;
  readonly attempt: Uint8Array | null;
}

/** `brute` for some minutes, `excessive` for a day. */
export type BlockKind = 'brute' | 'excessive';

export interface AddressBlock extends Range {
  readonly notes: string;
  readonly beganAt: number;
  readonly endsAt: number;
}

export interface UserBlock extends Omit<StoredFailure, 'failedAt'> {
  /** True where only logins from the machine itself are refused. */
  readonly onlyLocal: boolean;
  readonly beganAt: number;
  readonly endsAt: number;
}

/**
 * For a WHERE, with the present time and that time with the tolerance. A block that begins later than that is one of a
 * clock that was ahead: it would last for longer than its length.
 */
const IN_FORCE = 'ends_at > ? AND began_at <= ?';

/** Was the same attempt counted after that time? */
export async function wasCounted(db: Db, attempt: Uint8Array, after: number): Promise<boolean> {
  const row = await db.get(
    'SELECT 1 FROM login_failure WHERE attempt = ? AND failed_at > ? LIMIT 1',
    attempt,
    after,
  );
  return row !== undefined;
}

/** `isPending` counts it before it is known to be a failure. @returns the id. */
export async function addFailure(db: Db, failure: NewFailure, isPending = false): Promise<number> {
  const row = await db.get<{ id: number }>(
    `INSERT INTO login_failure
       (address, username, service, authentication, is_local, attempt, counts, failed_at, pending)
     VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?) RETURNING id`,
    failure.address,
    failure.username,
    failure.service,
    failure.authentication,
    Number(failure.isLocal),
    failure.attempt,
    failure.failedAt,
    Number(isPending),
  );
  return row?.id ?? 0;
}

/** A pending failure has become one. */
export async function confirmFailure(
  db: Db,
  id: number,
  { attempt, failedAt }: Pick<NewFailure, 'attempt' | 'failedAt'>,
): Promise<void> {
  await db.run(
    'UPDATE login_failure SET pending = 0, attempt = ?, failed_at = ? WHERE id = ?',
    attempt,
    failedAt,
    id,
  );
}

/** Those whose process is gone, as it seems. */
export async function confirmOldFailures(db: Db, upTo: number): Promise<void> {
  await db.run('UPDATE login_failure SET pending = 0 WHERE pending = 1 AND failed_at <= ?', upTo);
}

export async function removeFailure(db: Db, id: number): Promise<void> {
  await db.run('DELETE FROM login_failure WHERE id = ?', id);
}

/** The failures of a user from a source count no more; they stay in the list. */
export async function forgive(db: Db, username: string, { first, last }: Range): Promise<void> {
  await db.run(
    'UPDATE login_failure SET counts = 0 WHERE username = ? AND address BETWEEN ? AND ? AND counts = 1',
    username,
    first,
    last,
  );
}

/** `pending` counts only what may still turn out to be no failure, or leaves it out. */
export function countOfSource(
  db: Db,
  { first, last }: Range,
  after: number,
  pending: 0 | 1 = 0,
): Promise<number> {
  return count(db, 'address BETWEEN ? AND ? AND failed_at > ?', pending, first, last, after);
}

export function countOfUser(
  db: Db,
  username: string,
  onlyLocal: boolean,
  after: number,
  pending: 0 | 1 = 0,
): Promise<number> {
  return count(
    db,
    'username = ? AND failed_at > ? AND is_local >= ?',
    pending,
    username,
    after,
    Number(onlyLocal),
  );
}

async function count(db: Db, condition: string, pending: 0 | 1, ...values: SqlValue[]): Promise<number> {
  const row = await db.get<{ count: number }>(
    `SELECT count(*) AS count FROM login_failure WHERE ${condition} AND counts = 1 AND pending = ?`,
    ...values,
    pending,
  );
  return row?.count ?? 0;
}

/** The block of an address that lasts longest. */
export async function findAddressBlock(
  db: Db,
  { first }: Range,
  now: number,
): Promise<{ kind: BlockKind; endsAt: number } | undefined> {
  return db.get(
    `SELECT kind, ends_at AS "endsAt" FROM address_block WHERE first = ? AND ${IN_FORCE}
     ORDER BY ends_at DESC LIMIT 1`,
    first,
    now,
    now + CLOCK_TOLERANCE_MS,
  );
}

export async function addAddressBlock(db: Db, kind: BlockKind, block: AddressBlock): Promise<void> {
  await db.run(
    `INSERT INTO address_block (first, last, kind, notes, began_at, ends_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (first, kind) DO UPDATE
       SET last = excluded.last, notes = excluded.notes, began_at = excluded.began_at, ends_at = excluded.ends_at`,
    block.first,
    block.last,
    kind,
    block.notes,
    block.beganAt,
    block.endsAt,
  );
}

/** Until when the logins of a user are refused. */
export async function findUserBlock(
  db: Db,
  { username, isLocal }: { readonly username: string; readonly isLocal: boolean },
  now: number,
): Promise<number | undefined> {
  const row = await db.get<{ endsAt: number }>(
    `SELECT ends_at AS "endsAt" FROM user_block WHERE username = ? AND ${IN_FORCE} AND only_local <= ?
     ORDER BY ends_at DESC LIMIT 1`,
    username,
    now,
    now + CLOCK_TOLERANCE_MS,
    Number(isLocal),
  );
  return row?.endsAt;
}

export async function addUserBlock(db: Db, block: UserBlock): Promise<void> {
  await db.run(
    `INSERT INTO user_block
       (username, only_local, address, service, authentication, began_at, ends_at) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (username, only_local) DO UPDATE
       SET address = excluded.address, service = excluded.service, authentication = excluded.authentication,
           began_at = excluded.began_at, ends_at = excluded.ends_at`,
    block.username,
    Number(block.onlyLocal),
    block.address,
    block.service,
    block.authentication,
    block.beganAt,
    block.endsAt,
  );
}

/** Forgets failures up to a time, and those that a clock counted which was ahead (`clock.ts`). */
export async function pruneFailures(db: Db, upTo: number, now: number): Promise<void> {
  await db.run(
    'DELETE FROM login_failure WHERE failed_at <= ? OR failed_at > ?',
    upTo,
    now + CLOCK_TOLERANCE_MS,
  );
}

/** Forgets the blocks that are over. */
export async function pruneBlocks(db: Db, now: number): Promise<void> {
  await db.run(`DELETE FROM address_block WHERE NOT (${IN_FORCE})`, now, now + CLOCK_TOLERANCE_MS);
  await db.run(`DELETE FROM user_block WHERE NOT (${IN_FORCE})`, now, now + CLOCK_TOLERANCE_MS);
}

/** Lists begin with what is newest. */
export function listFailures(db: Db, after: number): Promise<StoredFailure[]> {
  return db.all(
    `SELECT address, username, service, authentication, failed_at AS "failedAt" FROM login_failure
     WHERE failed_at > ? AND pending = 0 ORDER BY failed_at DESC, id DESC`,
    after,
  );
}

/** The latest ones, and how many there are. */
export async function latestFailures(
  db: Db,
  after: number,
  most: number,
): Promise<{ total: number; latest: StoredFailure[] }> {
  const row = await db.get<{ count: number }>(
    'SELECT count(*) AS count FROM login_failure WHERE failed_at > ?',
    after,
  );
  const latest = await db.all<StoredFailure>(
    `SELECT address, username, service, authentication, failed_at AS "failedAt" FROM login_failure
     WHERE failed_at > ? ORDER BY failed_at DESC, id DESC LIMIT ?`,
    after,
    most,
  );
  return { total: row?.count ?? 0, latest };
}

export function listAddressBlocks(db: Db, kind: BlockKind, now: number): Promise<AddressBlock[]> {
  return db.all(
    `SELECT first, last, notes, began_at AS "beganAt", ends_at AS "endsAt" FROM address_block
     WHERE kind = ? AND ${IN_FORCE} ORDER BY began_at DESC, first`,
    kind,
    now,
    now + CLOCK_TOLERANCE_MS,
  );
}

export function listUserBlocks(db: Db, now: number): Promise<Omit<UserBlock, 'onlyLocal'>[]> {
  return db.all(
    `SELECT username, address, service, authentication, began_at AS "beganAt", ends_at AS "endsAt" FROM user_block
     WHERE ${IN_FORCE} ORDER BY began_at DESC, username`,
    now,
    now + CLOCK_TOLERANCE_MS,
  );
}

/** Forgets everything. @returns how much that was. */
export async function clear(db: Db): Promise<number> {
  const failures = await db.run('DELETE FROM login_failure');
  const addresses = await db.run('DELETE FROM address_block');
  return failures + addresses + (await db.run('DELETE FROM user_block'));
}

/** Forgets what came from these addresses, and from what is counted with them. @returns how much that was. */
export async function clearRanges(db: Db, ranges: readonly Range[]): Promise<number> {
  let removed = await removeAddressBlocks(db, ranges);
  for (const { first, last } of ranges.map(withWholeSources)) {
    removed += await db.run('DELETE FROM login_failure WHERE address BETWEEN ? AND ?', first, last);
  }
  return removed;
}

/** Ends the blocks that any of these addresses is under. @returns how many there were. */
export async function removeAddressBlocks(db: Db, ranges: readonly Range[]): Promise<number> {
  let removed = 0;
  for (const { first, last } of ranges) {
    removed += await db.run('DELETE FROM address_block WHERE first <= ? AND last >= ?', last, first);
  }
  return removed;
}
