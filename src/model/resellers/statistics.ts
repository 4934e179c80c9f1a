// How many accounts a reseller has, and what of the machine they were promised and use.
import type { Db } from '../../core/context.ts';
import type { Account } from '../accounts/accounts.ts';
import type { Limit } from '../packages/settings.ts';

const BLOCKS_PER_MEBIBYTE = 1024;

/** How many accounts somebody owns. */
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

/** Mebibytes with two decimals. */
export function mebibytes(blocks: number): string {
  return (blocks / BLOCKS_PER_MEBIBYTE).toFixed(2);
}

export interface Totals {
  /** Blocks of 1024 bytes, as they were measured last; what never was counts nothing. */
  readonly blocksUsed: number;
  /** Mebibytes; what is unlimited counts nothing. */
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
