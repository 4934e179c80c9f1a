// The bandwidth of accounts in a month, with that of removed accounts.
import type { Caller, Db } from '../../core/context.ts';
import { found, type Search } from '../accounts/search.ts';
import type { Condition } from '../list-in-sql.ts';
import { BYTES_OF_MEBIBYTE } from './exceeded.ts';
import { daysOf, type Month } from './months.ts';

export interface DomainUsage {
  readonly domain: string;
  /** In bytes. */
  readonly usage: number;
  /** Whether the account no longer has the domain. */
  readonly isDeleted: boolean;
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
  readonly domains: readonly DomainUsage[];
  /** In bytes. */
  readonly total: number;
}

export interface Sought extends Pick<Search, 'search' | 'searchtype'> {
  /** Only the accounts of this owner. */
  readonly owner?: string | undefined;
}

interface Row {
  readonly username: string;
  readonly removedAt: number;
  readonly domain: string;
  readonly owner: string;
  readonly package: string;
  readonly limit: number | null;
  readonly isReseller: number;
}

/** Lists the accounts that the caller may see, and the removed accounts with bandwidth in the month. */
export async function ofAccounts(
  db: Db,
  caller: Caller,
  month: Month,
  sought: Sought,
): Promise<AccountUsage[]> {
  const present = await presentAccounts(db, ownedBy(sought, await found(db, caller, sought)));
  const removedCondition = await found(db, caller, sought, 'bandwidth_removed_account');
  const removed = await removedAccounts(db, month, ownedBy(sought, removedCondition));
  const usage = await usageByAccount(db, month);
  const hosts = await subdomains(db);
  const isBefore = (one: Row, other: Row) =>
    one.username === other.username ? one.removedAt < other.removedAt : one.username < other.username;
  return [...present, ...removed]
    .sort((one, other) => (isBefore(one, other) ? -1 : 1))
    .map((row) => {
      const { username, removedAt } = row;
      const own = removedAt === 0 ? [row.domain, ...(hosts.get(username) ?? [])] : [];
      const domains = domainsOf(usage.get(keyOf(username, removedAt)) ?? new Map(), own);
      return {
        user: username,
        maindomain: row.domain,
        owner: row.owner,
        package: row.package,
        isReseller: row.isReseller === 1,
        isDeleted: removedAt !== 0,
        limit: (row.limit ?? 0) * BYTES_OF_MEBIBYTE,
        domains,
        total: domains.reduce((sum, one) => sum + one.usage, 0),
      };
    });
}

function ownedBy({ owner }: Sought, { where, values }: Condition): Condition {
  return owner === undefined
    ? { where, values }
    : { where: `(${where}) AND owner = ?`, values: [...values, owner] };
}

function presentAccounts(db: Db, { where, values }: Condition): Promise<Row[]> {
  return db.all<Row>(
    `SELECT username, 0 AS "removedAt", domain, owner, package, bandwidth_limit AS "limit",
       CASE WHEN EXISTS (SELECT 1 FROM reseller WHERE reseller.username = account.username) THEN 1 ELSE 0 END
         AS "isReseller"
     FROM account WHERE ${where}`,
    ...values,
  );
}

function removedAccounts(db: Db, month: Month, { where, values }: Condition): Promise<Row[]> {
  return db.all<Row>(
    `SELECT username, removed_at AS "removedAt", domain, owner, package, bandwidth_limit AS "limit",
       is_reseller AS "isReseller"
     FROM bandwidth_removed_account AS removed WHERE (${where}) AND EXISTS (
       SELECT 1 FROM bandwidth WHERE bandwidth.username = removed.username
         AND bandwidth.removed_at = removed.removed_at AND day BETWEEN ? AND ?)`,
    ...[...values, ...daysOf(month)],
  );
}

/** Returns the bytes of each domain, by account. */
async function usageByAccount(db: Db, month: Month): Promise<ReadonlyMap<string, Map<string, number>>> {
  const rows = await db.all<{ username: string; removedAt: number; domain: string; bytes: number }>(
    `SELECT username, removed_at AS "removedAt", domain, sum(bytes) AS bytes FROM bandwidth
     WHERE server = ? AND day BETWEEN ? AND ? GROUP BY username, removed_at, domain`,
    ...[db.server, ...daysOf(month)],
  );
  const usage = new Map<string, Map<string, number>>();
  for (const { username, removedAt, domain, bytes } of rows) {
    const key = keyOf(username, removedAt);
    usage.set(key, (usage.get(key) ?? new Map<string, number>()).set(domain, bytes));
  }
  return usage;
}

const keyOf = (username: string, removedAt: number) => `${username} ${removedAt}`;

/** Returns the subdomains of accounts. Aliases are counted with the virtual host that serves them. */
async function subdomains(db: Db): Promise<ReadonlyMap<string, string[]>> {
  const rows = await db.all<{ username: string; domain: string }>(
    'SELECT username, domain FROM hosted_domain WHERE served_by IS NULL',
  );
  const byUser = new Map<string, string[]>();
  for (const { username, domain } of rows) byUser.set(username, [...(byUser.get(username) ?? []), domain]);
  return byUser;
}

/** @param own the domains that the account has now. */
function domainsOf(usage: ReadonlyMap<string, number>, own: readonly string[]): DomainUsage[] {
  const names = [...new Set([...own, ...usage.keys()])].sort();
  return names.map((domain) => ({
    domain,
    usage: usage.get(domain) ?? 0,
    isDeleted: !own.includes(domain),
  }));
}
