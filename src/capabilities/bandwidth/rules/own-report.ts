// The bandwidth of one account, grouped by domain, protocol and time.
import type { Db } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import { anyOf, quote } from '../../../core/quote.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import * as hostedDomains from '../../domains/rules/hosted-domains.ts';

/** Bytes, by the values of the first grouping; with further groupings, nested in their order. */
export interface Grouped {
  [value: string]: number | Grouped;
}

interface Row {
  readonly domain: string;
  readonly protocol: string;
  /** YYYYMMDD, by the server's time zone. */
  readonly day: number;
  readonly bytes: number;
}

/** Times are the begin of the period, in seconds since 1970-01-01. */
const groupings = {
  domain: ({ domain }: Row) => domain,
  protocol: ({ protocol }: Row) => protocol,
  year: ({ day }: Row) => begin(year(day)),
  year_month: ({ day }: Row) => begin(year(day), month(day)),
  year_month_day: ({ day }: Row) => begin(year(day), month(day), Math.max(1, day % 100)),
} as const;

type Grouping = keyof typeof groupings;

const year = (day: number) => Math.floor(day / 10_000);
const month = (day: number) => Math.floor(day / 100) % 100;
const begin = (...[y, m = 1, d = 1]: number[]) => String(new Date(y ?? 0, m - 1, d).getTime() / 1000);

/** As YYYYMMDD. */
function dayAt(seconds: number): number {
  const date = new Date(seconds * 1000);
  return date.getFullYear() * 10_000 + (date.getMonth() + 1) * 100 + date.getDate();
}

/** As YYYYMMDD, and day 0 instead of the first one: the sum of an old month counts from its first day on. */
function startAt(seconds: number): number {
  const day = dayAt(seconds);
  return day % 100 === 1 ? day - 1 : day;
}

/**
 * Reads `domain|year_month`.
 * @throws ApiError `bad_param`.
 */
export function readGroupings(given: string): Grouping[] {
  const names = given.split('|');
  const unknown = names.find((name) => !Object.hasOwn(groupings, name));
  if (unknown !== undefined) {
    const finer = unknown.startsWith('year_month_day_') ? ' This server counts bandwidth by day.' : '';
    throw badParam(
      `The parameter “grouping” should be ${anyOf(Object.keys(groupings))}, or several of them with “|” between ` +
        `them, not ${quote(unknown)}.${finer}`,
    );
  }
  const times = names.filter((name) => name.startsWith('year'));
  if (times.length > 1 || new Set(names).size < names.length) {
    throw badParam('The parameter “grouping” can have “domain”, “protocol” and one period, each once.');
  }
  return names as Grouping[];
}

/** @throws ApiError `bad_param` for another time zone than the server’s. */
export function assertServerTimeZone(timezone: string | undefined): void {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  if (timezone === undefined || timezone === timeZone) return;
  throw badParam(
    `This server counts bandwidth by the days of its own time zone, ${timeZone}, not ${quote(timezone)}.`,
  );
}

/** The bytes of each domain, protocol and month. `month`: its begin, in seconds since 1970-01-01. */
export async function monthsOfAccount(
  db: Db,
  { username }: Account,
): Promise<{ domain: string; protocol: string; month: number; bytes: number }[]> {
  const rows = await db.all<Omit<Row, 'day'> & { month: number }>(
    `SELECT domain, protocol, day / 100 AS month, sum(bytes) AS bytes FROM bandwidth
     WHERE username = ? AND removed_at = 0 GROUP BY domain, protocol, day / 100
     ORDER BY domain, protocol, day / 100`,
    username,
  );
  return rows.map(({ month: at, ...row }) => ({
    ...row,
    month: Number(begin(Math.floor(at / 100), at % 100)),
  }));
}

export interface Wanted {
  readonly groupings: readonly Grouping[];
  /** Empty: all. */
  readonly domains: readonly string[];
  /** Empty: all. */
  readonly protocols: readonly string[];
  /** In seconds since 1970-01-01. Whole days count. */
  readonly start: number | undefined;
  readonly end: number | undefined;
}

/** @throws ApiError `bad_param` for a domain that the account never had. */
export async function ownReport(
  db: Db,
  { username, domain }: Account,
  { groupings: wanted, domains, protocols, start, end }: Wanted,
): Promise<Grouped> {
  const rows = await db.all<Row>(
    `SELECT domain, protocol, day, bytes FROM bandwidth
     WHERE username = ? AND removed_at = 0 AND day BETWEEN ? AND ? ORDER BY domain, protocol, day`,
    ...[username, start === undefined ? 0 : startAt(start), end === undefined ? 99_999_999 : dayAt(end)],
  );
  const hosted = await hostedDomains.listOf(db, username);
  const own = new Set([domain, ...hosted.map((one) => one.domain), ...rows.map((row) => row.domain)]);
  const foreign = domains.find((name) => !own.has(name) && name !== 'unknown');
  if (foreign !== undefined) throw badParam(`You do not have a domain ${quote(foreign)}.`);
  const report: Grouped = {};
  for (const row of rows) {
    if (domains.length > 0 && !domains.includes(row.domain)) continue;
    if (protocols.length > 0 && !protocols.includes(row.protocol)) continue;
    add(
      report,
      wanted.map((name) => groupings[name](row)),
      row.bytes,
    );
  }
  return report;
}

function add(group: Grouped, [key = '', ...others]: readonly string[], bytes: number): void {
  const present = group[key];
  if (others.length === 0) {
    group[key] = (typeof present === 'number' ? present : 0) + bytes;
    return;
  }
  const inner = typeof present === 'object' ? present : {};
  group[key] = inner;
  add(inner, others, bytes);
}
