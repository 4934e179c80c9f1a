// The monthly limit of an account. Once the account has sent that many bytes, its sites respond with the status 509
// until the month ends or the limit is raised.
import type { DatedStore, Db } from '../../../core/context.ts';
import type { LimitedAccount } from '../../accounts/rules/accounts.ts';
import { daysOf, monthAt, numberOf } from './months.ts';
import * as usage from './usage.ts';

export const BYTES_OF_MEBIBYTE = 1_048_576;
const WARNED_AT = 0.8;

/**
 * True if the account has reached its limit in this month. `account`: with the limit that it will have.
 * `storedName`: its username in the store, if that is about to change.
 */
export async function isOverLimit(
  { db, now }: DatedStore,
  account: LimitedAccount,
  storedName = account.username,
): Promise<boolean> {
  const limit = account.settings.bandwidthLimit;
  if (limit === null) return false;
  return (await usage.ofMonth(db, storedName, monthAt(now()))) >= limit * BYTES_OF_MEBIBYTE;
}

/** True if the sites of an account respond that its limit is exceeded, according to the last change of the account. */
export async function isStoredAsExceeded(db: Db, username: string): Promise<boolean> {
  const row = await db.get<{ exceeded: number }>(
    'SELECT exceeded FROM bandwidth_limit_state WHERE username = ?',
    username,
  );
  return row?.exceeded === 1;
}

/** Stores whether the sites of an account respond that its limit is exceeded. */
export async function setExceeded(db: Db, username: string, isExceeded: boolean): Promise<void> {
  if (!isExceeded) {
    await db.run('UPDATE bandwidth_limit_state SET exceeded = 0 WHERE username = ?', username);
    return;
  }
  await db.run(
    `INSERT INTO bandwidth_limit_state (username, exceeded, warned_month) VALUES (?, 1, 0)
     ON CONFLICT (username) DO UPDATE SET exceeded = excluded.exceeded`,
    username,
  );
}

/** True if an account has this limit. False if there is no such account. */
export async function hasLimit(db: Db, username: string, limit: number | null): Promise<boolean> {
  const row = await db.get<{ limit: number | null }>(
    'SELECT bandwidth_limit AS "limit" FROM account WHERE username = ? AND server = ?',
    ...[username, db.server],
  );
  return row?.limit === limit;
}

/** Stores that the administrators were warned in this month. */
export async function setWarned(db: Db, username: string, now: number): Promise<void> {
  await db.run(
    `INSERT INTO bandwidth_limit_state (username, exceeded, warned_month) VALUES (?, 0, ?)
     ON CONFLICT (username) DO UPDATE SET warned_month = excluded.warned_month`,
    ...[username, numberOf(monthAt(now))],
  );
}

export interface Turned {
  readonly username: string;
  readonly domain: string;
  /** In mebibytes. Null is unlimited. */
  readonly limit: number | null;
  /** In this month. */
  readonly bytes: number;
}

export interface Review {
  /** Accounts that have used 80 % of their limit and whose administrators were not warned in this month. */
  readonly toWarn: readonly Turned[];
  /** Accounts that have reached their limit, and whose sites do not respond so yet. */
  readonly toBlock: readonly Turned[];
  /** The opposite: the month has ended, or the limit was raised. */
  readonly toUnblock: readonly Turned[];
}

/** Compares the usage of this server's accounts with their limits. */
export async function review(db: Db, now: number): Promise<Review> {
  const month = monthAt(now);
  const rows = await db.all<Turned & { exceeded: number; warnedMonth: number }>(
    `SELECT account.username, account.domain, account.bandwidth_limit AS "limit", coalesce(used.bytes, 0) AS bytes,
       coalesce(state.exceeded, 0) AS exceeded, coalesce(state.warned_month, 0) AS "warnedMonth"
     FROM account
     LEFT JOIN (
       SELECT username, sum(bytes) AS bytes FROM bandwidth
       WHERE server = ? AND removed_at = 0 AND day BETWEEN ? AND ? GROUP BY username
     ) AS used ON used.username = account.username
     LEFT JOIN bandwidth_limit_state AS state ON state.username = account.username
     WHERE account.server = ? AND (account.bandwidth_limit IS NOT NULL OR state.exceeded = 1)
     ORDER BY account.username`,
    ...[db.server, ...daysOf(month), db.server],
  );
  const shareOf = ({ limit, bytes }: Turned) => (limit === null ? 0 : bytes / (limit * BYTES_OF_MEBIBYTE));
  return {
    toWarn: rows.filter((row) => shareOf(row) >= WARNED_AT && row.warnedMonth !== numberOf(month)),
    toBlock: rows.filter((row) => shareOf(row) >= 1 && row.exceeded === 0),
    toUnblock: rows.filter((row) => shareOf(row) < 1 && row.exceeded === 1),
  };
}
