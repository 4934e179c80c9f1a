import { defineFunction } from '../../core/define.ts';
import * as form from '../../capabilities/accounts/rules/packages/package-form.ts';
import * as packages from '../../capabilities/accounts/rules/packages/packages.ts';

export default defineFunction({
  name: 'addpkgext',
  since: 68,
  summary: 'Set extensions of a package.',
  description:
    'An extension is a name, with or without a value, for other programs to read. If the package already has the ' +
    'extension, its value is replaced. Other extensions are kept.',
  access: ['edit-pkg'],
  effect: 'changes',
  params: {
    name: { ...packages.existingPackage, required: true, doc: 'The package.' },
    _PACKAGE_EXTENSIONS: { ...form.extensionWords, required: true },
  },
  returns: { pkg: { type: 'string', doc: 'The name of the package.' } },
  examples: [
    {
      args: { name: 'default', _PACKAGE_EXTENSIONS: 'sitebuilder theme=dark' },
      doc: 'Two extensions, the second with a value.',
    },
  ],

  async handler(args, { caller, db }) {
    await packages.getOwn(db, caller, args.name);
    await packages.putExtensions(db, args.name, form.readExtensions(args._PACKAGE_EXTENSIONS));
    return { pkg: args.name };
  },
});
