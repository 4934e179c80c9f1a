// How long bandwidth is stored: by day for the present month and the three months before, then by month for five years.
import type { Db } from '../../../core/context.ts';
import { daysOf, monthAt, monthBefore } from './months.ts';

/** Months before the present one. */
const KEPT_BY_DAY = 3;
const KEPT_BY_MONTH = 5 * 12;

/** True if there is something that `prune` would change. */
export async function isDue(db: Db, now: number): Promise<boolean> {
  const row = await db.get<{ day: number | null }>(
    'SELECT max(day) AS day FROM bandwidth WHERE server = ? AND day < ?',
    ...[db.server, firstDay(now, KEPT_BY_DAY)],
  );
  // The sum of a month is on its day 0.
  return (row?.day ?? 0) % 100 > 0;
}

/** Adds the days of old months up, and deletes sums of months that are older still. */
export async function prune(db: Db, now: number): Promise<void> {
  const where = 'server = ? AND day < ? AND day % 100 > 0';
  const values = [db.server, firstDay(now, KEPT_BY_DAY)];
  await db.run(
    `INSERT INTO bandwidth (server, username, removed_at, day, domain, protocol, bytes)
     SELECT server, username, removed_at, day / 100 * 100, domain, protocol, sum(bytes) FROM bandwidth
     WHERE ${where} GROUP BY server, username, removed_at, day / 100 * 100, domain, protocol
     ON CONFLICT (username, removed_at, day, domain, protocol)
     DO UPDATE SET bytes = bandwidth.bytes + excluded.bytes`,
    ...values,
  );
  await db.run(`DELETE FROM bandwidth WHERE ${where}`, ...values);
  await db.run(
    'DELETE FROM bandwidth WHERE server = ? AND day < ?',
    ...[db.server, firstDay(now, KEPT_BY_MONTH)],
  );
  await db.run(
    `DELETE FROM bandwidth_removed_account WHERE server = ? AND NOT EXISTS (
       SELECT 1 FROM bandwidth WHERE bandwidth.username = bandwidth_removed_account.username
         AND bandwidth.removed_at = bandwidth_removed_account.removed_at)`,
    db.server,
  );
}

/** How far the days that are stored go back at this time, in seconds: at least three months. */
export function secondsOfDays(now: number): number {
  const first = firstDay(now, KEPT_BY_DAY);
  const begin = new Date(Math.floor(first / 10_000), (Math.floor(first / 100) % 100) - 1, 1);
  return Math.floor((now - begin.getTime()) / 1000);
}

/** The first number that days have in a month so many months before the present one. */
function firstDay(now: number, months: number): number {
  return daysOf(monthBefore(monthAt(now), months))[0];
}
