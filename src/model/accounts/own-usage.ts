// What the calling account uses of its disk space, bandwidth and domains, and what its package allows.
import type { Context, FreeContext } from '../../core/context.ts';
import { ApiError } from '../../core/errors.ts';
import type { MachineUsage } from '../../core/machine.ts';
import { BYTES_OF_MEBIBYTE } from '../bandwidth/exceeded.ts';
import { monthAt } from '../bandwidth/months.ts';
import * as bandwidth from '../bandwidth/usage.ts';
import type { ReadSizes } from '../databases/disk-usage.ts';
import * as hostedDomains from '../domains/hosted-domains.ts';
import { countDomains } from '../domains/limits.ts';
import type { Limit } from '../packages/settings.ts';
import type { Account } from './accounts.ts';
import { measure, type Measuring } from './disk-usage.ts';

const BLOCK = 1024;

/**
 * For `look`: measures the account’s disk usage. Undefined, with a warning, if that is not possible.
 * @param readSizes measures databases too. Default: they count as they were last measured.
 */
export function lookAtOwnUsage(
  context: Measuring & Pick<FreeContext, 'caller'>,
  readSizes?: ReadSizes,
): Promise<MachineUsage | undefined> {
  return measure(context, context.caller.user, readSizes);
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

/** What `measuredUsage` returns: space in bytes, and numbers. */
export type Resource = 'disk' | 'files' | 'bandwidth' | 'addon' | 'parked' | 'sub';

export async function measuredUsage(
  { db, now }: Pick<Context, 'db' | 'now'>,
  account: Account,
  measured: MachineUsage | undefined,
): Promise<Readonly<Record<Resource, Used>>> {
  const { settings, username } = account;
  const { bytes, files, limit } = diskUsage(account, measured);
  const domains = countDomains(await hostedDomains.listOf(db, username));
  const sent = await bandwidth.ofMonth(db, username, monthAt(now()));
  return {
    disk: { used: bytes, max: limit },
    files: { used: files, max: null },
    bandwidth: { used: sent, max: inBytes(settings.bandwidthLimit) },
    addon: { used: domains.addon, max: settings.maxAddonDomains },
    parked: { used: domains.parked, max: settings.maxParkedDomains },
    sub: { used: domains.sub, max: settings.maxSubdomains },
  };
}

function inBytes(mebibytes: Limit): Limit {
  return mebibytes === null ? null : mebibytes * BYTES_OF_MEBIBYTE;
}
