import { defineFunction } from '../../core/define.ts';
import * as form from '../../capabilities/accounts/rules/packages/package-form.ts';
import * as packages from '../../capabilities/accounts/rules/packages/packages.ts';

export default defineFunction({
  name: 'listpkgs',
  since: 11,
  summary: 'List the packages that the caller may see.',
  description:
    'Root sees all packages. A reseller sees its own and, with the privilege viewglobalpackages, those of root. ' +
    'Every visible package can be assigned to accounts, but resellers can change only their own.',
  access: ['list-pkgs', 'add-pkg', 'edit-pkg'],
  effect: 'reads',
  params: {
    want: {
      type: 'string',
      values: ['all', 'creatable', 'editable', 'viewable'],
      default: 'all',
      doc:
        'Which packages to list. editable: those that the caller can change. All other values: those that the ' +
        'caller can see.',
    },
  },
  returns: {
    pkg: {
      list: {
        fields: {
          ...form.fields,
          CGI: { type: 'string', doc: 'Whether an account may run CGI scripts: y or n.' },
          HASSHELL: { type: 'string', doc: 'Whether an account has a shell: y or n.' },
          IP: { type: 'string', doc: 'Whether an account gets a dedicated IP address: y or n.' },
          name: { type: 'string', doc: 'The package’s name.' },
        },
      },
      doc: 'The packages, sorted by name.',
    },
  },
  list: 'pkg',
  columns: ['name', 'QUOTA', 'BWLIMIT', 'MAXPOP', 'MAXSQL', 'MAXADDON', 'MAXSUB', 'FEATURELIST', 'HASSHELL'],
  examples: [
    { args: {}, doc: 'All packages.' },
    {
      args: { 'api.sort.enable': '1', 'api.sort.a.field': 'QUOTA', 'api.sort.a.method': 'numeric' },
      doc: 'All packages, smallest disk space first.',
    },
  ],

  async handler(args, { caller, db }) {
    const visible = await packages.list(db, caller);
    const wanted =
      args.want === 'editable' ? visible.filter((one) => packages.mayChange(caller, one)) : visible;
    return {
      pkg: wanted.map((one) => ({
        ...form.show(one),
        CGI: form.yesOrNo(one.settings.cgi),
        HASSHELL: form.yesOrNo(one.settings.shell),
        IP: form.yesOrNo(one.settings.dedicatedIp),
        name: one.name,
      })),
    };
  },
});
