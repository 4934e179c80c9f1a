import { defineFunction } from '../../core/define.ts';
import * as form from '../../capabilities/accounts/rules/packages/package-form.ts';
import * as packages from '../../capabilities/accounts/rules/packages/packages.ts';

export default defineFunction({
  name: 'matchpkgs',
  since: 11,
  summary: 'List the packages that have certain settings.',
  description:
    'All parameters must match. For “more than” and “less than”, use listpkgs with api.filter. WHM’s ' +
    'documentation shows one package without its name. Here the response is a list with names, as from listpkgs.',
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
      doc: 'Space-separated list of extensions that the package must have; with name=value, with that value.',
    },
  },
  returns: {
    pkg: {
      list: {
        fields: {
          ...form.fields,
          CGI: { type: 'flag', doc: '1 if an account may run CGI scripts.' },
          FRONTPAGE: { type: 'flag', doc: '0: FrontPage no longer exists.' },
          HASSHELL: { type: 'string', doc: 'Whether an account has a shell: y or n.' },
          IP: { type: 'string', doc: 'Whether an account gets a dedicated IP address: y or n.' },
          name: { type: 'string', doc: 'The package’s name.' },
        },
      },
      doc: 'The packages, sorted by name.',
    },
  },
  list: 'pkg',
  examples: [
    { args: { QUOTA: 'unlimited' }, doc: 'The packages with unlimited disk space.' },
    {
      args: { FEATURELIST: 'default', HASSHELL: '0' },
      doc: 'The packages with the list “default” and no shell.',
    },
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
