import { defineFunction } from '../../core/define.ts';
import * as form from '../../model/packages/form.ts';
import * as packages from '../../model/packages/packages.ts';

export default defineFunction({
  name: 'addpkgext',
  since: 68,
  summary: 'Store extensions of a package.',
  description:
    'An extension is a name, with or without a value, for programs that read it. One that the package has already ' +
    'gets the new value; the others stay.',
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
