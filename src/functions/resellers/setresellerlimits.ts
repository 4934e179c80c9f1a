import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import { resellerName } from '../../core/params.ts';
import * as limits from '../../capabilities/accounts/rules/resellers/limits.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';

export default defineFunction({
  name: 'setresellerlimits',
  since: 11,
  summary: 'Set the limits of a reseller: accounts, disk space and bandwidth.',
  description:
    'The limits of accounts, disk space and bandwidth are removed unless the call enables them. If overselling ' +
    'and package limits are omitted, they keep their values. Existing accounts are not changed, even if they ' +
    'exceed a limit: limits only prevent further allocation. 0 means none at all, not unlimited.',
  access: 'root',
  effect: 'changes',
  params: {
    user: { ...resellerName, required: true, doc: 'The reseller.' },
    enable_account_limit: {
      type: 'flag',
      default: 0,
      doc: '1: limit the number of accounts to account_limit. 0: remove the limit.',
    },
    account_limit: {
      type: 'integer',
      min: 0,
      doc: 'The maximum number of accounts that the reseller can own.',
    },
    enable_resource_limits: {
      type: 'flag',
      default: 0,
      doc: '1: limit disk space to diskspace_limit, bandwidth to bandwidth_limit, or both. 0: remove both limits.',
    },
    diskspace_limit: { type: 'integer', min: 0, doc: 'The disk limit of all accounts together, in MiB.' },
    bandwidth_limit: {
      type: 'integer',
      min: 0,
      doc: 'The monthly bandwidth limit of all accounts together, in MiB.',
    },
    enable_overselling: {
      type: 'flag',
      doc:
        '0: disable all overselling, regardless of the two flags below. 1: enable what they say, or both kinds if ' +
        'both are omitted. If all three are omitted, overselling is not changed.',
    },
    enable_overselling_bandwidth: {
      type: 'flag',
      doc:
        '1: the bandwidth usage of the accounts counts against the limit. 0: their allocated bandwidth counts. ' +
        'Default: 0 if only the flag for disk space is passed.',
    },
    enable_overselling_diskspace: {
      type: 'flag',
      doc:
        '1: the disk usage of the accounts counts against the limit. 0: their allocated disk space counts. ' +
        'Default: 0 if only the flag for bandwidth is passed.',
    },
    enable_package_limits: {
      type: 'flag',
      doc:
        '1: the reseller can use only packages that setresellerpackagelimit allows. 0: it can use all packages ' +
        'that it sees.',
    },
    enable_package_limit_numbers: {
      type: 'flag',
      doc: '1: limit the number of accounts for each package, as set by setresellerpackagelimit. 0: no limit.',
    },
  },
  emptyIsOmitted: true,
  returns: null,
  examples: [
    {
      args: { user: 'bob', enable_account_limit: '1', account_limit: '50' },
      doc: 'At most 50 accounts for the reseller “bob”, with unlimited disk space and bandwidth.',
      setUp: ['createacct', 'setupreseller'],
    },
    {
      args: {
        user: 'bob',
        enable_resource_limits: '1',
        diskspace_limit: '102400',
        bandwidth_limit: '1048576',
        enable_overselling: '1',
        enable_overselling_diskspace: '1',
      },
      doc: '100 GiB of used disk space and 1 TiB of allocated bandwidth.',
      setUp: ['createacct', 'setupreseller'],
    },
  ],

  async handler(args, { db, warn }) {
    const { user } = args;
    await resellers.assertReseller(db, user);
    if (args.enable_account_limit && args.account_limit === undefined) {
      throw missing('“account_limit” is required with enable_account_limit=1');
    }
    const resources = [args.diskspace_limit, args.bandwidth_limit];
    if (args.enable_resource_limits && resources.every((limit) => limit === undefined)) {
      throw missing('“diskspace_limit” or “bandwidth_limit” is required with enable_resource_limits=1');
    }
    if (!args.enable_account_limit && args.account_limit !== undefined) {
      warn('“account_limit” has no effect without enable_account_limit=1: no limit is set.');
    }
    if (!args.enable_resource_limits && resources.some((limit) => limit !== undefined)) {
      warn(
        '“diskspace_limit” and “bandwidth_limit” have no effect without enable_resource_limits=1: no limit is set.',
      );
    }
    const before = await limits.find(db, user);
    await limits.set(db, user, {
      accounts: args.enable_account_limit ? (args.account_limit ?? null) : null,
      disk: args.enable_resource_limits ? (args.diskspace_limit ?? null) : null,
      bandwidth: args.enable_resource_limits ? (args.bandwidth_limit ?? null) : null,
      ...readOverselling(before, {
        any: args.enable_overselling,
        disk: args.enable_overselling_diskspace,
        bandwidth: args.enable_overselling_bandwidth,
      }),
      limitsPackages: args.enable_package_limits ?? before.limitsPackages,
      limitsPackageNumbers: args.enable_package_limit_numbers ?? before.limitsPackageNumbers,
    });
  },
});

type Overselling = Pick<limits.ResellerLimits, 'oversellsDisk' | 'oversellsBandwidth'>;

function readOverselling(
  { oversellsDisk, oversellsBandwidth }: Overselling,
  given: Readonly<Record<'any' | 'disk' | 'bandwidth', boolean | undefined>>,
): Overselling {
  const { any, disk, bandwidth } = given;
  if (any === false) return { oversellsDisk: false, oversellsBandwidth: false };
  if (disk !== undefined || bandwidth !== undefined) {
    return { oversellsDisk: disk === true, oversellsBandwidth: bandwidth === true };
  }
  return any === true
    ? { oversellsDisk: true, oversellsBandwidth: true }
    : { oversellsDisk, oversellsBandwidth };
}

function missing(what: string): ApiError {
  return new ApiError('missing_param', `The parameter ${what}: it should be a whole number, 0 or more.`);
}
