// The limits that root sets for a reseller: number of accounts, resources and packages. `accounts/limits.ts` enforces
// them.
import type { Db } from '../../../../core/context.ts';
import type { Limit } from '../packages/settings.ts';

export interface ResellerLimits {
  readonly accounts: Limit;
  /** In mebibytes, for all accounts together. */
  readonly disk: Limit;
  readonly bandwidth: Limit;
  /** True if the limit applies to the accounts' actual usage, not to the sum of their limits. */
  readonly oversellsDisk: boolean;
  readonly oversellsBandwidth: boolean;
  /** `limitsPackages`: only allowed packages. `limitsPackageNumbers`: a maximum number of accounts for each package. */
  readonly limitsPackages: boolean;
  readonly limitsPackageNumbers: boolean;
}

/** The limits of root and of a new reseller. */
const none: ResellerLimits = {
  accounts: null,
  disk: null,
  bandwidth: null,
  oversellsDisk: false,
  oversellsBandwidth: false,
  limitsPackages: false,
  limitsPackageNumbers: false,
};

type Row = {
  readonly [Key in keyof ResellerLimits]: ResellerLimits[Key] extends boolean ? 0 | 1 : ResellerLimits[Key];
};

/** Returns the limits of a reseller. A user who is not a reseller has none. */
export async function find(db: Db, user: string): Promise<ResellerLimits> {
  const row = await db.get<Row>(
    `SELECT account_limit AS accounts, disk_limit AS disk, bandwidth_limit AS bandwidth,
       oversells_disk AS "oversellsDisk", oversells_bandwidth AS "oversellsBandwidth",
       limits_packages AS "limitsPackages", limits_package_numbers AS "limitsPackageNumbers"
     FROM reseller WHERE username = ?`,
    user,
  );
  if (row === undefined) return none;
  return {
    ...row,
    oversellsDisk: row.oversellsDisk === 1,
    oversellsBandwidth: row.oversellsBandwidth === 1,
    limitsPackages: row.limitsPackages === 1,
    limitsPackageNumbers: row.limitsPackageNumbers === 1,
  };
}

export async function set(db: Db, user: string, limits: ResellerLimits): Promise<void> {
  await db.run(
    `UPDATE reseller SET account_limit = ?, disk_limit = ?, bandwidth_limit = ?,
       oversells_disk = ?, oversells_bandwidth = ?, limits_packages = ?, limits_package_numbers = ?
     WHERE username = ?`,
    limits.accounts,
    limits.disk,
    limits.bandwidth,
    Number(limits.oversellsDisk),
    Number(limits.oversellsBandwidth),
    Number(limits.limitsPackages),
    Number(limits.limitsPackageNumbers),
    user,
  );
}

/** A reseller's limits for a package. */
export interface PackageLimit {
  readonly isAllowed: boolean;
  /** The maximum number of accounts with the package. */
  readonly number: Limit;
}

export async function setPackageLimit(
  db: Db,
  user: string,
  packageName: string,
  { isAllowed, number }: PackageLimit,
): Promise<void> {
  await db.run(
    `INSERT INTO reseller_package (username, package, allowed, number) VALUES (?, ?, ?, ?)
     ON CONFLICT (username, package) DO UPDATE SET allowed = excluded.allowed, number = excluded.number`,
    user,
    packageName,
    Number(isAllowed),
    number,
  );
}

/** Deletes the limits of all packages, so that the reseller may use every package. */
export async function removePackageLimits(db: Db, user: string): Promise<void> {
  await db.run('DELETE FROM reseller_package WHERE username = ?', user);
  await set(db, user, { ...(await find(db, user)), limitsPackages: false, limitsPackageNumbers: false });
}
