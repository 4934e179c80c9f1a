import { defineFunction } from '../../core/define.ts';
import * as form from '../../capabilities/accounts/rules/packages/package-form.ts';
import * as packages from '../../capabilities/accounts/rules/packages/packages.ts';

export default defineFunction({
  name: 'getpkginfo',
  since: 11,
  summary: 'Show the settings of a package.',
  access: ['list-pkgs', 'add-pkg', 'edit-pkg'],
  effect: 'reads',
  params: { pkg: { ...packages.existingPackage, required: true, doc: 'The package.' } },
  returns: {
    pkg: {
      fields: {
        ...form.fields,
        CGI: { type: 'flag', doc: '1 if an account may run CGI scripts.' },
        FRONTPAGE: { type: 'flag', doc: '0: FrontPage no longer exists.' },
        HASSHELL: { type: 'flag', doc: '1 if an account has a shell.' },
        IP: { type: 'flag', doc: '1 if an account gets a dedicated IP address.' },
      },
    },
  },
  examples: [{ args: { pkg: 'default' }, doc: 'The settings of the package “default”.' }],

  async handler(args, { caller, db }) {
    const found = await packages.get(db, caller, args.pkg);
    const { cgi, shell, dedicatedIp } = found.settings;
    return {
      pkg: {
        ...form.show(found),
        CGI: cgi ? 1 : 0,
        FRONTPAGE: 0,
        HASSHELL: shell ? 1 : 0,
        IP: dedicatedIp ? 1 : 0,
      },
    };
  },
});
