import { defineFunction } from '../../core/define.ts';
import { readDefaults } from '../../capabilities/accounts/rules/packages/defaults.ts';
import * as form from '../../capabilities/accounts/rules/packages/package-form.ts';
import * as packages from '../../capabilities/accounts/rules/packages/packages.ts';

export default defineFunction({
  name: 'addpkg',
  since: 11,
  summary: 'Create a package.',
  description:
    'The name of a reseller’s package always begins with the reseller’s name: RESELLER_NAME. Resellers need extra ' +
    'privileges for unlimited values, addon and parked domains, email limits, shells and IP addresses.',
  access: ['add-pkg'],
  effect: 'changes',
  params: {
    name: {
      ...packages.packageName,
      required: true,
      doc: 'The name of the new package. It cannot be changed later.',
    },
    ...form.newPackageArgumentParams,
    frontpage: form.frontpage,
    _PACKAGE_EXTENSIONS: form.extensionWords,
  },
  emptyIsOmitted: true,
  returns: { pkg: { type: 'string', doc: 'The name of the package.' } },
  examples: [
    { args: { name: 'gold' }, doc: 'A package with the usual limits.' },
    {
      args: { name: 'small', quota: '1024', bwlimit: '10240', maxpop: '5', maxsql: '1' },
      doc: '1 GiB of disk space, 10 GiB of bandwidth, five email accounts and one database.',
    },
  ],

  async handler(args, { caller, db }) {
    const settings = form.readNewPackage(args, await readDefaults(db));
    const extensions = form.readExtensions(args._PACKAGE_EXTENSIONS ?? '');
    return { pkg: await packages.add(db, caller, args.name, settings, extensions) };
  },
});
