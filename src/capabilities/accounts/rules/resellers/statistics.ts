// The number of a reseller's accounts, and the resources that are assigned to them and that they use.
import type { Db } from '../../../../core/context.ts';
import type { Account } from '../accounts.ts';
import type { Limit } from '../packages/settings.ts';

const BLOCKS_PER_MEBIBYTE = 1024;

/** Counts the accounts that a user owns. */
export async function countOwned(
  db: Db,
  owner: string,
): Promise<{ readonly active: number; readonly suspended: number }> {
  const row = await db.get<{ all: number; suspended: number }>(
    'SELECT count(*) AS "all", count(suspended_at) AS suspended FROM account WHERE owner = ?',
    owner,
  );
  const { all, suspended } = row ?? { all: 0, suspended: 0 };
  return { active: all - suspended, suspended };
}

/** Converts blocks to mebibytes with two decimals. */
export function mebibytes(blocks: number): string {
  return (blocks / BLOCKS_PER_MEBIBYTE).toFixed(2);
}

export interface Totals {
  /** The last measured usage in blocks of 1024 bytes. Accounts that were never measured count as 0. */
  readonly blocksUsed: number;
  /** The sum of the accounts' limits in mebibytes. Unlimited accounts count as 0. */
  readonly diskPromised: number;
  readonly bandwidthPromised: number;
}

export function total(accounts: readonly Account[]): Totals {
  const sum = (of: (account: Account) => Limit) => accounts.reduce((so, one) => so + (of(one) ?? 0), 0);
  return {
    blocksUsed: sum(({ blocksUsed }) => blocksUsed),
    diskPromised: sum(({ settings }) => settings.diskLimit),
    bandwidthPromised: sum(({ settings }) => settings.bandwidthLimit),
  };
}
