// The bandwidth of accounts in a month, with that of removed accounts.
import type { Caller, Db, KeptReading } from '../../../core/context.ts';
import type { Hash } from '../../../core/values.ts';
import { found, type Search } from '../search.ts';
import type { Condition } from '../../../ground/rules/list-in-sql.ts';
import { BATCH, rowsInOrder, type Rows } from '../../../ground/rules/long-list.ts';
import { BYTES_OF_MEBIBYTE } from '../../../capabilities/bandwidth/rules/exceeded.ts';
import { daysOf, type Month } from '../../../capabilities/bandwidth/rules/months.ts';

/** As responses have it, so that a long list makes one object for each domain. */
export interface DomainUsage extends Hash {
  /** 1 if the account no longer has the domain. */
  readonly deleted: 0 | 1;
  readonly domain: string;
  /** In bytes. */
  readonly usage: number;
}

export interface AccountUsage {
  readonly user: string;
  readonly maindomain: string;
  readonly owner: string;
  readonly package: string;
  readonly isReseller: boolean;
  readonly isDeleted: boolean;
  /** In bytes a month. 0 is unlimited. */
  readonly limit: number;
  /** Sorted. */
  readonly domains: DomainUsage[];
  /** In bytes. */
  readonly total: number;
}

export interface Sought extends Pick<Search, 'search' | 'searchtype'> {
  /** Only the accounts of this owner. */
  readonly owner?: string | undefined;
}

/** What to report: a month, and conditions for the tables of present and of removed accounts. */
export interface Report {
  readonly month: Month;
  readonly present: Condition;
  readonly removed: Condition;
}

interface Row {
  readonly username: string;
  /** 0 for a present account. */
  readonly removedAt: number;
  readonly domain: string;
  readonly owner: string;
  readonly package: string;
  readonly limit: number | null;
  readonly isReseller: number;
  /** Each domain and its bytes, sorted by domain, with spaces between all of them. Null if there are none. */
  readonly usage: string | null;
  /** The subdomains of the account, with spaces. Aliases are counted with the virtual host that serves them. */
  readonly subdomains: string | null;
}

const REMOVED = 'bandwidth_removed_account';

/** The accounts that the caller may see, and the removed accounts with bandwidth in the month. */
export async function prepare(db: Db, caller: Caller, month: Month, sought: Sought): Promise<Report> {
  return {
    month,
    present: ownedBy(sought, await found(db, caller, sought)),
    removed: ownedBy(sought, await found(db, caller, sought, REMOVED)),
  };
}

/** The number of accounts in the report, and the bytes of all of them. */
export async function totals(db: Db, report: Report): Promise<{ count: number; bytes: number }> {
  const { month, present } = report;
  const removed = removedInMonth(report);
  const days = [...daysOf(month), db.server];
  const part = (account: string, removedAt: string) =>
    `SELECT count(*) AS accounts, sum((SELECT sum(bytes) FROM bandwidth WHERE ${inMonthOf(account, removedAt)})) AS used
     FROM ${account}`;
  const row = await db.get<{ count: number; bytes: number }>(
    `SELECT sum(accounts) AS count, coalesce(sum(used), 0) AS bytes FROM (
       ${part('account', '0')} WHERE ${present.where}
       UNION ALL ${part(REMOVED, `${REMOVED}.removed_at`)} WHERE ${removed.where}) AS part`,
    ...[...days, ...present.values, ...days, ...removed.values],
  );
  return row ?? { count: 0, bytes: 0 };
}

/** Lists the accounts, sorted by username. */
export async function listAccounts(db: Db, report: Report): Promise<AccountUsage[]> {
  const rowsOf = ({ sql, valuesAfter }: Rows<Row>) => db.all<Row>(sql, ...valuesAfter());
  const rows = merged(await rowsOf(presentRows(db, report)), await rowsOf(removedRows(db, report)));
  return Array.from(rows, usageOf);
}

/**
 * The same list, read in batches. Each table is read on its own: in a query for both, each batch would look for the next
 * row of both, and test all rows of one again if none of them is left that meets its condition.
 */
export function* inBatches(db: Db, report: Report, reading: KeptReading): Generator<AccountUsage[]> {
  const rowsOf = (rows: Rows<Row>) => each(rowsInOrder(reading, db.dialect, rows));
  let batch: AccountUsage[] = [];
  for (const row of merged(rowsOf(presentRows(db, report)), rowsOf(removedRows(db, report)))) {
    batch.push(usageOf(row));
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function* each(batches: Iterable<readonly Row[]>): Generator<Row> {
  for (const batch of batches) yield* batch;
}

/** Merges both, sorted by username. Removed accounts follow the present one of their name. */
function* merged(present: Iterable<Row>, removed: Iterable<Row>): Generator<Row> {
  const others = removed[Symbol.iterator]();
  let other = others.next();
  for (const row of present) {
    for (; other.done !== true && other.value.username < row.username; other = others.next())
      yield other.value;
    yield row;
  }
  for (; other.done !== true; other = others.next()) yield other.value;
}

const COLUMNS = [
  ...(['username', 'removedAt', 'domain', 'owner', 'package'] as const),
  ...(['limit', 'isReseller', 'usage', 'subdomains'] as const),
];

function presentRows(db: Db, { month, present }: Report): Rows<Row> {
  return {
    columns: COLUMNS,
    sql: `SELECT username, 0 AS "removedAt", domain, owner, package, bandwidth_limit AS "limit",
       CASE WHEN EXISTS (SELECT 1 FROM reseller WHERE reseller.username = account.username) THEN 1 ELSE 0 END
         AS "isReseller",
       ${usageSql(db, 'account', '0')},
       (SELECT string_agg(hosted_domain.domain, ' ') FROM hosted_domain
         WHERE hosted_domain.username = account.username AND served_by IS NULL) AS subdomains
     FROM account WHERE (${present.where}) AND username > ? ORDER BY username`,
    valuesAfter: (last) => [...daysOf(month), db.server, ...present.values, last?.username ?? ''],
  };
}

function removedRows(db: Db, report: Report): Rows<Row> {
  const removed = removedInMonth(report);
  const days = [...daysOf(report.month), db.server];
  return {
    columns: COLUMNS,
    sql: `SELECT username, removed_at AS "removedAt", domain, owner, package, bandwidth_limit AS "limit",
       is_reseller AS "isReseller", ${usageSql(db, REMOVED, `${REMOVED}.removed_at`)}, NULL AS subdomains
     FROM ${REMOVED} WHERE (${removed.where}) AND (username, removed_at) > (?, ?)
     ORDER BY username, removed_at`,
    valuesAfter: (last) => [...days, ...removed.values, last?.username ?? '', last?.removedAt ?? 0],
  };
}

/** Text, because a list in JSON takes longer to make and to read. */
function usageSql({ dialect }: Db, account: string, removedAt: string): string {
  return `(SELECT string_agg(domain || ' ' || bytes, ' ') FROM (
     SELECT domain, sum(bytes) AS bytes FROM bandwidth
       WHERE ${inMonthOf(account, removedAt)} GROUP BY domain ORDER BY ${dialect.byBytes('domain')}) AS used) AS usage`;
}

/** A condition on `bandwidth`. Its values are the days of the month and the server. */
const inMonthOf = (account: string, removedAt: string) =>
  `bandwidth.username = ${account}.username AND bandwidth.removed_at = ${removedAt} AND day BETWEEN ? AND ?
     AND bandwidth.server = ?`;

function ownedBy({ owner }: Sought, condition: Condition): Condition {
  if (owner === undefined) return condition;
  return {
    ...condition,
    where: `(${condition.where}) AND owner = ?`,
    values: [...condition.values, owner],
  };
}

function removedInMonth({ month, removed: { where, values } }: Report): Condition {
  return {
    where: `(${where}) AND EXISTS (
      SELECT 1 FROM bandwidth WHERE bandwidth.username = ${REMOVED}.username
        AND bandwidth.removed_at = ${REMOVED}.removed_at AND day BETWEEN ? AND ?)`,
    values: [...values, ...daysOf(month)],
  };
}

function usageOf(row: Row): AccountUsage {
  const { removedAt, domain, subdomains } = row;
  const used = row.usage === null ? [] : row.usage.split(' ');
  const own = removedAt === 0 ? [domain] : [];
  if (subdomains !== null) own.push(...subdomains.split(' '));
  let total = 0;
  for (let at = 1; at < used.length; at += 2) total += Number(used[at]);
  return {
    user: row.username,
    maindomain: domain,
    owner: row.owner,
    package: row.package,
    isReseller: row.isReseller === 1,
    isDeleted: removedAt !== 0,
    limit: (row.limit ?? 0) * BYTES_OF_MEBIBYTE,
    domains: domainsOf(used, own.sort()),
    total,
  };
}

/**
 * Merges both in one pass.
 * @param used each domain and its bytes in turn, sorted by domain.
 * @param own the domains that the account has now, sorted.
 */
function domainsOf(used: readonly string[], own: readonly string[]): DomainUsage[] {
  const domains: DomainUsage[] = [];
  for (let at = 0, next = 0; at < own.length || next < used.length;) {
    const mine = own[at];
    const its = used[next];
    if (mine !== undefined && (its === undefined || mine < its)) {
      domains.push({ deleted: 0, domain: mine, usage: 0 });
      at += 1;
    } else if (its !== undefined) {
      domains.push({ deleted: its === mine ? 0 : 1, domain: its, usage: Number(used[next + 1]) });
      next += 2;
      if (its === mine) at += 1;
    }
  }
  return domains;
}
