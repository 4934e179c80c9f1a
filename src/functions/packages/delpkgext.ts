import { defineFunction } from '../../core/define.ts';
import { quote } from '../../core/quote.ts';
import * as form from '../../capabilities/accounts/rules/packages/package-form.ts';
import * as packages from '../../capabilities/accounts/rules/packages/packages.ts';

export default defineFunction({
  name: 'delpkgext',
  since: 68,
  summary: 'Remove extensions from a package.',
  description: 'Extensions that the package does not have are ignored with a warning.',
  destructive: 'The extensions and their values are removed from the package. This cannot be undone.',
  access: ['edit-pkg'],
  effect: 'changes',
  params: {
    name: { ...packages.existingPackage, required: true, doc: 'The package.' },
    _DELETE_EXTENSIONS: { ...form.extensionNames, required: true },
  },
  returns: { pkg: { type: 'string', doc: 'The name of the package.' } },
  examples: [
    {
      args: { name: 'default', _DELETE_EXTENSIONS: 'sitebuilder' },
      doc: 'Remove the extension “sitebuilder”.',
    },
  ],

  async handler(args, context) {
    const { caller, db } = context;
    await packages.getOwn(db, caller, args.name);
    for (const { name } of form.readExtensions(args._DELETE_EXTENSIONS)) {
      if (await packages.removeExtension(db, args.name, name)) continue;
      context.warn(`The package ${quote(args.name)} did not have the extension ${quote(name)}.`);
    }
    return { pkg: args.name };
  },
});
