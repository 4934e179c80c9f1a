import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import { resellerName } from '../../core/params.ts';
import * as packages from '../../model/packages/packages.ts';
import * as limits from '../../model/resellers/limits.ts';
import * as resellers from '../../model/resellers/resellers.ts';

export default defineFunction({
  name: 'setresellerpackagelimit',
  since: 11,
  summary: 'Set whether a reseller may use a package, and for how many accounts.',
  description:
    'What is said of a package takes the place of what was said of it before. It acts once setresellerlimits has ' +
    'turned the limits of packages on. With no_limit=1, what is said of every package goes, and these limits are ' +
    'turned off.',
  access: 'root',
  effect: 'changes',
  params: {
    user: { ...resellerName, required: true, doc: 'The reseller.' },
    package: { ...packages.existingPackage, doc: 'The package. It is required unless no_limit is 1.' },
    allowed: {
      type: 'flag',
      default: 1,
      doc: '1 lets the reseller use the package, 0 does not. It acts with enable_package_limits=1.',
    },
    number: {
      type: 'integer',
      min: 0,
      doc:
        'How many accounts of the reseller may have the package; as many as one likes unless given. It acts with ' +
        'enable_package_limit_numbers=1.',
    },
    no_limit: { type: 'flag', default: 0, doc: '1 takes the limits of all packages away.' },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob', package: 'starter', allowed: '1', number: '10' },
      doc: 'At most ten accounts of the reseller “bob” with the package “starter”.',
      setUp: [
        { command: 'createacct', args: { username: 'bob', domain: 'bob.example' } },
        { command: 'setupreseller', args: { user: 'bob' } },
      ],
    },
    {
      args: { user: 'bob', no_limit: '1' },
      doc: 'Let the reseller “bob” use all packages that it sees.',
      setUp: [
        { command: 'createacct', args: { username: 'bob', domain: 'bob.example' } },
        { command: 'setupreseller', args: { user: 'bob' } },
      ],
    },
  ],

  async handler(args, { caller, db, warn, inform }) {
    const { user, package: name, allowed, number } = args;
    await resellers.ensureReseller(db, user);
    if (args.no_limit) {
      if (name !== undefined)
        warn('“package” has no effect with no_limit=1: all limits of packages are gone.');
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
  return `${what} “${user}” may have is not limited yet; setresellerlimits turns that on with ${flag}=1.`;
}
