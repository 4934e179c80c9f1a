// What the calling account uses of its disk space, bandwidth and domains, and what its package allows.
import type { DatedStore, FreeContext } from '../../core/context.ts';
import { ApiError } from '../../core/errors.ts';
import type { MachineUsage } from '../../core/machine.ts';
import { BYTES_OF_MEBIBYTE } from '../../capabilities/bandwidth/rules/exceeded.ts';
import { monthAt } from '../../capabilities/bandwidth/rules/months.ts';
import * as bandwidth from '../../capabilities/bandwidth/rules/usage.ts';
import type { Measuring, ReadSizes } from '../../capabilities/databases/rules/disk-usage.ts';
import * as hostedDomains from '../../capabilities/domains/rules/hosted-domains.ts';
import { countDomains } from '../../capabilities/domains/rules/limits.ts';
import type { Limit } from '../../capabilities/accounts/rules/packages/settings.ts';
import { measuredAt, type Account } from '../../capabilities/accounts/rules/accounts.ts';
import { measure, refresh } from './disk-usage.ts';

const BLOCK = 1024;

/** For the descriptions of functions that use `lookAtOwnUsage`. */
export const HOW_OLD =
  'The disk usage is at most one minute old, or a message says how old it is and the server measures it again after ' +
  'the call.';

/**
 * For `look` of a function that `onlyMeasures`: the account’s disk usage if it is measured during the call. Undefined if
 * the last measured value is the answer (`refresh`).
 */
export async function lookAtOwnUsage(
  context: FreeContext,
  readSizes: ReadSizes,
): Promise<MachineUsage | undefined> {
  const { user: username } = context.caller;
  const last = { username, measuredAt: await context.transaction('reads', (db) => measuredAt(db, username)) };
  return refresh(context, last, readSizes);
}

/**
 * Measures the files of the account, for uploads. The databases count as they were last measured. Undefined, with a
 * warning, if that is not possible.
 */
export function measureOwnFiles(
  context: Measuring & Pick<FreeContext, 'caller'>,
): Promise<MachineUsage | undefined> {
  return measure(context, context.caller.user);
}

export interface DiskUsage {
  readonly bytes: number;
  readonly files: number;
  /** In bytes. */
  readonly limit: Limit;
}

/** @throws ApiError `host_failed` if the usage was not measured, now or earlier. */
export function diskUsage(account: Account, measured: MachineUsage | undefined): DiskUsage {
  const blocks = measured?.blocks ?? account.blocksUsed;
  const files = measured?.inodes ?? account.inodesUsed;
  if (blocks === null || files === null) {
    throw new ApiError('host_failed', 'The disk usage cannot be measured now. Retry the call later.');
  }
  return { bytes: blocks * BLOCK, files, limit: inBytes(account.settings.diskLimit) };
}

/** Something that an account uses. `max`: null is unlimited. */
export interface Used {
  readonly used: number;
  readonly max: Limit;
}

/** Space in bytes, and numbers. */
export type Resource = 'disk' | 'files' | CountedResource;
type CountedResource = 'bandwidth' | 'addon' | 'parked' | 'sub';

export async function measuredUsage(
  context: DatedStore,
  account: Account,
  measured: MachineUsage | undefined,
): Promise<Readonly<Record<Resource, Used>>> {
  const { bytes, files, limit } = diskUsage(account, measured);
  return {
    disk: { used: bytes, max: limit },
    files: { used: files, max: null },
    ...(await countedUsage(context, account)),
  };
}

/** What the store knows without a measurement. */
export async function countedUsage(
  { db, now }: DatedStore,
  { settings, username }: Account,
): Promise<Readonly<Record<CountedResource, Used>>> {
  const domains = countDomains(await hostedDomains.listOf(db, username));
  const sent = await bandwidth.ofMonth(db, username, monthAt(now()));
  return {
    bandwidth: { used: sent, max: inBytes(settings.bandwidthLimit) },
    addon: { used: domains.addon, max: settings.maxAddonDomains },
    parked: { used: domains.parked, max: settings.maxParkedDomains },
    sub: { used: domains.sub, max: settings.maxSubdomains },
  };
}

function inBytes(mebibytes: Limit): Limit {
  return mebibytes === null ? null : mebibytes * BYTES_OF_MEBIBYTE;
}
