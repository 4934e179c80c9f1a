import { defineFunction } from '../../core/define.ts';
import * as form from '../../model/packages/form.ts';
import * as packages from '../../model/packages/packages.ts';

export default defineFunction({
  name: 'matchpkgs',
  since: 11,
  summary: 'List the packages that hold what is asked for.',
  description:
    'Every parameter that is given must match. For “more than” and “less than”, use listpkgs with api.filter. WHM’s ' +
    'documents show one package without its name; the answer is a list with names, as listpkgs gives it.',
  access: ['list-pkgs', 'add-pkg', 'edit-pkg'],
  effect: 'reads',
  params: {
    ...form.paramsFor('ofPackage'),
    FEATURELIST: { ...form.settingParams.featureList, doc: 'The feature list.' },
    DIGESTAUTH: {
      type: 'string',
      values: ['y', 'n'],
      doc: 'Whether an account has digest authentication.',
    },
    _PACKAGE_EXTENSIONS: {
      ...form.extensionWords,
      doc: 'Extensions, with spaces between them, all of which the package must have; with name=value, at that value.',
    },
  },
  returns: {
    pkg: {
      list: {
        fields: {
          ...form.fields,
          CGI: { type: 'flag', doc: '1 when an account may run CGI scripts.' },
          FRONTPAGE: { type: 'flag', doc: '0: there is no FrontPage any more.' },
          HASSHELL: { type: 'string', doc: 'Whether an account has a shell: y or n.' },
          IP: { type: 'string', doc: 'Whether an account gets an IP address of its own: y or n.' },
          name: { type: 'string', doc: 'The package’s name.' },
        },
      },
      doc: 'The packages, sorted by name.',
    },
  },
  list: 'pkg',
  examples: [
    { args: { QUOTA: 'unlimited' }, doc: 'The packages with unlimited disk space.' },
    { args: { FEATURELIST: 'default', HASSHELL: '0' }, doc: 'Those with the list “default” and no shell.' },
  ],

  async handler(args, { caller, db }) {
    const settings = form.readArguments('ofPackage', {
      ...args,
      DIGESTAUTH: args.DIGESTAUTH === undefined ? undefined : args.DIGESTAUTH === 'y',
    });
    const extensions = form.readExtensions(args._PACKAGE_EXTENSIONS ?? '');
    const matching = (await packages.list(db, caller)).filter((one) =>
      packages.matches(one, settings, extensions),
    );
    return {
      pkg: matching.map((one) => ({
        ...form.show(one),
        CGI: one.settings.cgi ? 1 : 0,
        FRONTPAGE: 0,
        HASSHELL: form.yesOrNo(one.settings.shell),
        IP: form.yesOrNo(one.settings.dedicatedIp),
        name: one.name,
      })),
    };
  },
});
