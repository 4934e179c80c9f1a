import { defineFunction } from '../../core/define.ts';
import * as packages from '../../model/packages.ts';

export default defineFunction({
  name: 'killpkg',
  since: 11,
  summary: 'Remove a package.',
  description:
    'The package “default” cannot be deleted. A reseller may delete its own packages, with either privilege.',
  access: ['edit-pkg', 'add-pkg'],
  effect: 'changes',
  params: { pkgname: { ...packages.packageName, required: true, doc: 'The package.' } },
  returns: null,
  examples: [{ args: { pkgname: 'starter' }, doc: 'Remove the package “starter”.' }],

  async handler(args, { caller, db }) {
    await packages.remove(db, caller, args.pkgname);
  },
});
