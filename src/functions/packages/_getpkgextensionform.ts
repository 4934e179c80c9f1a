import { defineFunction } from '../../core/define.ts';
import { extensionForm } from '../../model/packages/extension-form.ts';
import * as packages from '../../model/packages/packages.ts';

export default defineFunction({
  name: '_getpkgextensionform',
  since: 40,
  summary: 'Give the extensions of a package as fields of an HTML form.',
  description:
    'An extension with a value is a text field, one without is a ticked checkbox. WHM fills templates that came with ' +
    'the extension; here the form is made of what the package has stored.',
  access: ['list-pkgs', 'add-pkg', 'edit-pkg'],
  effect: 'reads',
  params: { pkg: { ...packages.existingPackage, required: true, doc: 'The package.' } },
  returns: {
    html: {
      type: 'string',
      doc: 'A fragment of HTML, to stand inside a form. Empty where the package has no extensions.',
    },
  },
  examples: [
    {
      args: { pkg: 'default' },
      doc: 'The form for the extensions of the package “default”.',
      setUp: [
        { command: 'addpkgext', args: { name: 'default', _PACKAGE_EXTENSIONS: 'sitebuilder theme=dark' } },
      ],
    },
  ],

  async handler(args, { caller, db }) {
    const { extensions } = await packages.get(db, caller, args.pkg);
    return { html: extensionForm(extensions) };
  },
});
