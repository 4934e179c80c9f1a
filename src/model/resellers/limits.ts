// What root allows a reseller: how many accounts, how much of the machine, which packages. `accounts/limits.ts` says
// how that acts.
import type { Db } from '../../core/context.ts';
import type { Limit } from '../packages/settings.ts';

export interface ResellerLimits {
  readonly accounts: Limit;
  /** Mebibytes, of all accounts together. */
  readonly disk: Limit;
  readonly bandwidth: Limit;
  /** What the accounts use counts against the limit, not what they are promised. */
  readonly oversellsDisk: boolean;
  readonly oversellsBandwidth: boolean;
  /** Only packages that are allowed; only as many accounts of each as is said. */
  readonly limitsPackages: boolean;
  readonly limitsPackageNumbers: boolean;
}

/** Root's, and a new reseller's. */
export const none: ResellerLimits = {
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

/** The limits of a reseller; none for who is no reseller. */
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

/** What a reseller may do with a package. */
export interface PackageLimit {
  readonly isAllowed: boolean;
  /** How many accounts may have it. */
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

/** Takes what is said of every package, and lets the reseller use them all. */
export async function removePackageLimits(db: Db, user: string): Promise<void> {
  await db.run('DELETE FROM reseller_package WHERE username = ?', user);
  await set(db, user, { ...(await find(db, user)), limitsPackages: false, limitsPackageNumbers: false });
}
