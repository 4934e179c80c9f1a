import { defineFunction } from '../../core/define.ts';
import { extensionForm } from '../../capabilities/accounts/rules/packages/extension-form.ts';
import * as packages from '../../capabilities/accounts/rules/packages/packages.ts';

export default defineFunction({
  name: '_getpkgextensionform',
  since: 40,
  summary: 'Show the extensions of a package as fields of an HTML form.',
  description:
    'An extension with a value is a text field, and one without a value is a ticked checkbox. WHM uses templates ' +
    'of the extension. Here the form is created from the stored extensions.',
  access: ['list-pkgs', 'add-pkg', 'edit-pkg'],
  effect: 'reads',
  params: { pkg: { ...packages.existingPackage, required: true, doc: 'The package.' } },
  returns: {
    html: {
      type: 'string',
      doc: 'An HTML fragment for use inside a form. Empty if the package has no extensions.',
    },
  },
  examples: [
    {
      args: { pkg: 'default' },
      doc: 'The form for the extensions of the package “default”.',
      setUp: ['addpkgext'],
    },
  ],

  async handler(args, { caller, db }) {
    const { extensions } = await packages.get(db, caller, args.pkg);
    return { html: extensionForm(extensions) };
  },
});
