// Stores failed logins, and the blocks that they caused.
import type { Db, SqlValue } from '../../../../core/context.ts';
import { withWholeSources, type Range } from './addresses.ts';
import { CLOCK_TOLERANCE_MS } from '../../../../ground/rules/clock.ts';

export interface StoredFailure {
  /** Addresses are keys of `addresses.ts`, here and below. */
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

/** `brute` lasts some minutes, `excessive` one day. */
export type BlockKind = 'brute' | 'excessive';

export interface AddressBlock extends Range {
  readonly notes: string;
  readonly beganAt: number;
  readonly endsAt: number;
}

export interface UserBlock extends Omit<StoredFailure, 'failedAt'> {
  /** True if only logins from the machine itself are refused. */
  readonly onlyLocal: boolean;
  readonly beganAt: number;
  readonly endsAt: number;
}

/**
 * The condition of a WHERE. Its values are the present time, and the present time plus the tolerance. A block that
 * begins later was stored while the clock was ahead, and would last too long.
 */
const IN_FORCE = 'ends_at > ? AND began_at <= ?';

/** True if the same attempt was counted after that time. */
export async function wasCounted(db: Db, attempt: Uint8Array, after: number): Promise<boolean> {
  const row = await db.get(
    'SELECT 1 FROM login_failure WHERE attempt = ? AND failed_at > ? LIMIT 1',
    attempt,
    after,
  );
  return row !== undefined;
}

/** Stores a failure. `isPending`: the attempt counts, but may still turn out to be right. @returns the ID. */
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

/** Confirms that a pending attempt failed. */
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

/** Confirms old pending failures, whose processes must have ended. */
export async function confirmOldFailures(db: Db, upTo: number): Promise<void> {
  await db.run('UPDATE login_failure SET pending = 0 WHERE pending = 1 AND failed_at <= ?', upTo);
}

export async function removeFailure(db: Db, id: number): Promise<void> {
  await db.run('DELETE FROM login_failure WHERE id = ?', id);
}

/** Stops counting a user's failures from a source. They stay in the list. */
export async function forgive(db: Db, username: string, { first, last }: Range): Promise<void> {
  await db.run(
    'UPDATE login_failure SET counts = 0 WHERE username = ? AND address BETWEEN ? AND ? AND counts = 1',
    username,
    first,
    last,
  );
}

/** True if `forgive` would change something. */
export async function hasCounted(db: Db, username: string, { first, last }: Range): Promise<boolean> {
  const row = await db.get(
    'SELECT 1 FROM login_failure WHERE username = ? AND address BETWEEN ? AND ? AND counts = 1 LIMIT 1',
    username,
    first,
    last,
  );
  return row !== undefined;
}

/** Counts either the confirmed failures (`pending` is 0) or the pending ones (1). */
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

/** Counts the failures of a user in one program. */
export function countByProgram(
  db: Db,
  username: string,
  authentication: string,
  after: number,
  pending: 0 | 1 = 0,
): Promise<number> {
  const condition = 'username = ? AND authentication = ? AND failed_at > ?';
  return count(db, condition, pending, username, authentication, after);
}

async function count(db: Db, condition: string, pending: 0 | 1, ...values: SqlValue[]): Promise<number> {
  const row = await db.get<{ count: number }>(
    `SELECT count(*) AS count FROM login_failure WHERE ${condition} AND counts = 1 AND pending = ?`,
    ...values,
    pending,
  );
  return row?.count ?? 0;
}

/** Finds the block of an address that ends last. */
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

/** Returns the time until which a user's logins are refused. */
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

/** Deletes failures up to a time, and failures that were stored while the clock was ahead (`clock.ts`). */
export async function pruneFailures(db: Db, upTo: number, now: number): Promise<void> {
  await db.run(
    'DELETE FROM login_failure WHERE failed_at <= ? OR failed_at > ?',
    upTo,
    now + CLOCK_TOLERANCE_MS,
  );
}

/** Deletes blocks that have ended. */
export async function pruneBlocks(db: Db, now: number): Promise<void> {
  await db.run(`DELETE FROM address_block WHERE NOT (${IN_FORCE})`, now, now + CLOCK_TOLERANCE_MS);
  await db.run(`DELETE FROM user_block WHERE NOT (${IN_FORCE})`, now, now + CLOCK_TOLERANCE_MS);
}

/** Lists are sorted from newest to oldest. */
export function listFailures(db: Db, after: number): Promise<StoredFailure[]> {
  return db.all(
    `SELECT address, username, service, authentication, failed_at AS "failedAt" FROM login_failure
     WHERE failed_at > ? AND pending = 0 ORDER BY failed_at DESC, id DESC`,
    after,
  );
}

/** Returns the latest failures, and the number of all. */
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

/** Deletes everything. @returns the number of deleted rows. */
export async function clear(db: Db): Promise<number> {
  const failures = await db.run('DELETE FROM login_failure');
  const addresses = await db.run('DELETE FROM address_block');
  return failures + addresses + (await db.run('DELETE FROM user_block'));
}

/**
 * Deletes failures and blocks of these addresses, and of the sources that contain them. @returns the number of deleted
 * rows.
 */
export async function clearRanges(db: Db, ranges: readonly Range[]): Promise<number> {
  let removed = await removeAddressBlocks(db, ranges);
  for (const { first, last } of ranges.map(withWholeSources)) {
    removed += await db.run('DELETE FROM login_failure WHERE address BETWEEN ? AND ?', first, last);
  }
  return removed;
}

/** Ends all blocks that contain any of these addresses. @returns their number. */
export async function removeAddressBlocks(db: Db, ranges: readonly Range[]): Promise<number> {
  let removed = 0;
  for (const { first, last } of ranges) {
    removed += await db.run('DELETE FROM address_block WHERE first <= ? AND last >= ?', last, first);
  }
  return removed;
}
