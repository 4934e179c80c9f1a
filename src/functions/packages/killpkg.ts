import { defineFunction } from '../../core/define.ts';
import * as packages from '../../capabilities/accounts/rules/packages/packages.ts';

export default defineFunction({
  name: 'killpkg',
  since: 11,
  summary: 'Remove a package.',
  description:
    'A package that an account has cannot be deleted, nor can “default”. A reseller may delete its own packages, with ' +
    'either privilege.',
  destructive: 'The package and its settings are deleted. This cannot be undone.',
  access: ['edit-pkg', 'add-pkg'],
  effect: 'changes',
  params: { pkgname: { ...packages.existingPackage, required: true, alias: ['pkg'], doc: 'The package.' } },
  returns: null,
  examples: [
    {
      args: { pkgname: 'silver' },
      doc: 'Remove the package “silver”.',
      setUp: [{ command: 'addpkg', args: { name: 'silver' } }],
    },
  ],

  async handler(args, { caller, db }) {
    await packages.remove(db, caller, args.pkgname);
  },
});
