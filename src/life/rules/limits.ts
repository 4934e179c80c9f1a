// What a reseller can still assign to accounts: their number, packages, disk space, bandwidth and addresses.
import type { Caller, DatedStore, Db } from '../../core/context.ts';
import { ApiError, denied } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import { BLOCKS_USED } from '../../capabilities/accounts/rules/rows.ts';
import type { Account } from '../../capabilities/accounts/rules/accounts.ts';
import { daysOf, monthAt } from '../../capabilities/bandwidth/rules/months.ts';
import * as resellerLimits from '../../capabilities/accounts/rules/resellers/limits.ts';
import type { ResellerLimits } from '../../capabilities/accounts/rules/resellers/limits.ts';
import type { Limit } from '../../capabilities/accounts/rules/packages/settings.ts';

type Asked = Pick<Account, 'username' | 'owner' | 'package' | 'settings'>;

export function isBound({ privileges }: Caller): boolean {
  return privileges !== 'all';
}

/**
 * Checks the limits of an account's owner. `after` is the account after the change. `before` is the account before it,
 * or undefined for a new account. Callers with every privilege have no limits: `isBound` is false for them, and this
 * check can be skipped.
 * @throws ApiError `limit_reached`, `denied`. The message names the limit.
 */
export async function assertWithin(
  { db, now }: DatedStore,
  before: Asked | undefined,
  after: Asked,
): Promise<void> {
  const limits = await resellerLimits.find(db, after.owner);
  const isNewToOwner = before?.owner !== after.owner;
  if (isNewToOwner) await assertNumber(db, after.owner, limits);
  if (isNewToOwner || before.package !== after.package) await assertPackage(db, limits, after);
  const days = daysOf(monthAt(now()));
  await assertResource({ db, days }, limits, 'disk', before, after);
  await assertResource({ db, days }, limits, 'bandwidth', before, after);
}

async function assertNumber(db: Db, owner: string, { accounts }: ResellerLimits): Promise<void> {
  if (accounts === null) return;
  if ((await count(db, 'owner = ?', owner)) < accounts) return;
  throw new ApiError('limit_reached', `You have reached your limit of accounts: ${accounts}.`);
}

async function assertPackage(db: Db, limits: ResellerLimits, { owner, package: name }: Asked): Promise<void> {
  if (!limits.limitsPackages && !limits.limitsPackageNumbers) return;
  const row = await db.get<{ allowed: 0 | 1; number: number | null }>(
    'SELECT allowed, number FROM reseller_package WHERE username = ? AND package = ?',
    owner,
    name,
  );
  if (limits.limitsPackages && row?.allowed !== 1) {
    throw denied(
      `You cannot assign the package ${quote(name)} to accounts. Root can allow it with setresellerpackagelimit.`,
    );
  }
  const most = limits.limitsPackageNumbers ? (row?.number ?? null) : null;
  if (most === null || (await count(db, 'owner = ? AND package = ?', owner, name)) < most) return;
  throw new ApiError(
    'limit_reached',
    `You have reached your limit of accounts with the package ${quote(name)}: ${most}.`,
  );
}

const resources = {
  disk: {
    setting: 'diskLimit',
    column: 'disk_limit',
    used: () => `(coalesce(${BLOCKS_USED}, 0) + 1023) / 1024`,
    inWords: 'disk space',
  },
  bandwidth: {
    setting: 'bandwidthLimit',
    column: 'bandwidth_limit',
    /** In this month. */
    used: ([first, last]: Days) =>
      `coalesce((SELECT sum(bytes) FROM bandwidth WHERE bandwidth.username = account.username AND removed_at = 0
         AND day BETWEEN ${first} AND ${last}), 0) / 1048576`,
    inWords: 'bandwidth a month',
  },
} as const;

type Days = ReturnType<typeof daysOf>;

async function assertResource(
  { db, days }: { readonly db: Db; readonly days: Days },
  limits: ResellerLimits,
  resource: keyof typeof resources,
  before: Asked | undefined,
  after: Asked,
): Promise<void> {
  const most = limits[resource];
  if (most === null) return;
  const { setting, column, used, inWords } = resources[resource];
  const asked: Limit = after.settings[setting];
  const isNewToOwner = before?.owner !== after.owner;
  const had = isNewToOwner ? 0 : before.settings[setting];
  const asksForMore = had !== null && (asked === null || asked > had);
  if (!isNewToOwner && !asksForMore) return;
  const oversells = resource === 'disk' ? limits.oversellsDisk : limits.oversellsBandwidth;
  if (asked === null && !oversells) {
    throw new ApiError(
      'limit_reached',
      `Your accounts share a limit of ${most} MiB of ${inWords}, so you cannot set an account to unlimited.`,
    );
  }
  // The sum of what the owner's other accounts were assigned or, if overselling is allowed, what they use.
  const row = await db.get<{ sum: number | null }>(
    `SELECT sum(${oversells ? used(days) : `coalesce(${column}, 0)`}) AS sum FROM account WHERE owner = ? AND username <> ?`,
    after.owner,
    before?.username ?? after.username,
  );
  const others = row?.sum ?? 0;
  if (oversells ? others < most : others + (asked ?? 0) <= most) return;
  throw new ApiError(
    'limit_reached',
    `You have ${most} MiB of ${inWords} for all accounts together, of which your other accounts ` +
      `${oversells ? 'use' : 'have'} ${others} MiB.`,
  );
}

async function count(db: Db, where: string, ...values: string[]): Promise<number> {
  const row = await db.get<{ count: number }>(
    `SELECT count(*) AS count FROM account WHERE ${where}`,
    ...values,
  );
  return row?.count ?? 0;
}
