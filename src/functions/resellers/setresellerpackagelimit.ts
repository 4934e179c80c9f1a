import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import { resellerName } from '../../core/params.ts';
import * as packages from '../../capabilities/accounts/rules/packages/packages.ts';
import * as limits from '../../capabilities/accounts/rules/resellers/limits.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';

export default defineFunction({
  name: 'setresellerpackagelimit',
  since: 11,
  summary: 'Set whether a reseller can use a package, and for how many accounts.',
  description:
    'The limits of the package are replaced. They have an effect only if setresellerlimits has enabled package ' +
    'limits. With no_limit=1, the limits of all packages are removed, and package limits are disabled.',
  access: 'root',
  effect: 'changes',
  params: {
    user: { ...resellerName, required: true, doc: 'The reseller.' },
    package: { ...packages.existingPackage, doc: 'The package. Required unless no_limit is 1.' },
    allowed: {
      type: 'flag',
      default: 1,
      doc: '1: allow the package. 0: forbid it. Has an effect with enable_package_limits=1.',
    },
    number: {
      type: 'integer',
      min: 0,
      doc:
        'The maximum number of the reseller’s accounts with the package. Default: unlimited. Has an effect with ' +
        'enable_package_limit_numbers=1.',
    },
    no_limit: { type: 'flag', default: 0, doc: '1: remove the limits of all packages.' },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob', package: 'starter', allowed: '1', number: '10' },
      doc: 'At most ten accounts of the reseller “bob” with the package “starter”.',
      setUp: ['createacct', 'setupreseller'],
    },
    {
      args: { user: 'bob', no_limit: '1' },
      doc: 'Allow the reseller “bob” to use all packages that it sees.',
      setUp: ['createacct', 'setupreseller'],
    },
  ],

  async handler(args, { caller, db, warn, inform }) {
    const { user, package: name, allowed, number } = args;
    await resellers.assertReseller(db, user);
    if (args.no_limit) {
      if (name !== undefined)
        warn('“package” has no effect with no_limit=1: all package limits are removed.');
      await limits.removePackageLimits(db, user);
      return;
    }
    if (name === undefined) {
      throw new ApiError(
        'missing_param',
        `The parameter “package” is required unless no_limit is 1: it should be ${packages.packageName.pattern.expects}.`,
      );
    }
    await packages.get(db, caller, name);
    await limits.setPackageLimit(db, user, name, { isAllowed: allowed, number: number ?? null });
    const { limitsPackages, limitsPackageNumbers } = await limits.find(db, user);
    if (!limitsPackages) inform(notOn(user, 'Which packages', 'enable_package_limits'));
    if (number !== undefined && !limitsPackageNumbers) {
      inform(notOn(user, 'How many accounts of a package', 'enable_package_limit_numbers'));
    }
  },
});

function notOn(user: string, what: string, flag: string): string {
  return `${what} “${user}” can use is not limited yet. To enable the limit, call setresellerlimits with ${flag}=1.`;
}
