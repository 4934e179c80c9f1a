import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import { resellerName } from '../../core/params.ts';
import * as limits from '../../model/resellers/limits.ts';
import * as resellers from '../../model/resellers/resellers.ts';

export default defineFunction({
  name: 'setresellerlimits',
  since: 11,
  summary: 'Set how many accounts, and how much of the machine, a reseller has.',
  description:
    'The limit of accounts, and those of disk space and bandwidth, are taken away unless the call enables them. ' +
    'Overselling and the limits of packages stay as they are where nothing is said of them. Accounts that there are ' +
    'keep what they have, also where a limit is lower than that: a limit keeps the reseller from giving more. 0 is ' +
    'none at all.',
  access: 'root',
  effect: 'changes',
  params: {
    user: { ...resellerName, required: true, doc: 'The reseller.' },
    enable_account_limit: {
      type: 'flag',
      default: 0,
      doc: '1 limits the number of accounts to account_limit; 0 takes that limit away.',
    },
    account_limit: { type: 'integer', min: 0, doc: 'How many accounts the reseller may own.' },
    enable_resource_limits: {
      type: 'flag',
      default: 0,
      doc:
        '1 limits disk space to diskspace_limit and bandwidth to bandwidth_limit, or one of them where the other is ' +
        'not given; 0 takes both limits away.',
    },
    diskspace_limit: { type: 'integer', min: 0, doc: 'Disk space of all accounts together, in MiB.' },
    bandwidth_limit: {
      type: 'integer',
      min: 0,
      doc: 'Bandwidth a month of all accounts together, in MiB.',
    },
    enable_overselling: {
      type: 'flag',
      doc:
        '0 turns all overselling off, whatever the two flags below say. 1 turns on what they say, and both kinds where ' +
        'neither is given. Where none of the three is given, overselling stays as it is.',
    },
    enable_overselling_bandwidth: {
      type: 'flag',
      doc:
        '1 counts the bandwidth that accounts use against the limit; 0 counts what they are promised. It is off where ' +
        'only the flag of disk space is given.',
    },
    enable_overselling_diskspace: {
      type: 'flag',
      doc:
        '1 counts the disk space that accounts use against the limit; 0 counts what they are promised. It is off where ' +
        'only the flag of bandwidth is given.',
    },
    enable_package_limits: {
      type: 'flag',
      doc: '1 lets the reseller use only packages that setresellerpackagelimit allows, 0 all that it sees.',
    },
    enable_package_limit_numbers: {
      type: 'flag',
      doc: '1 limits the accounts of a package to the number that setresellerpackagelimit sets; 0 does not.',
    },
  },
  emptyIsOmitted: true,
  returns: null,
  examples: [
    {
      args: { user: 'bob', enable_account_limit: '1', account_limit: '50' },
      doc: 'At most 50 accounts for the reseller “bob”, and as much disk space and bandwidth as they like.',
      setUp: [
        { command: 'createacct', args: { username: 'bob', domain: 'bob.example' } },
        { command: 'setupreseller', args: { user: 'bob' } },
      ],
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
      doc: '100 GiB of disk space that are used, and 1 TiB of bandwidth that are promised.',
      setUp: [
        { command: 'createacct', args: { username: 'bob', domain: 'bob.example' } },
        { command: 'setupreseller', args: { user: 'bob' } },
      ],
    },
  ],

  async handler(args, { db, warn }) {
    const { user } = args;
    await resellers.ensureReseller(db, user);
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
