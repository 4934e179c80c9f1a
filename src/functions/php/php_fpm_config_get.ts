import { defineFunction } from '../../core/define.ts';
import { hostName } from '../../ground/rules/accounts/names.ts';
import { parametersIn, settingRows } from '../../capabilities/php/rules/fpm-settings.ts';
import { ALL_POOLS, readFpmSettings } from '../../capabilities/php/rules/stored-fpm-settings.ts';
import { getOwner, hostsOf, readAccount } from '../../capabilities/php/rules/virtual-hosts.ts';

export default defineFunction({
  name: 'php_fpm_config_get',
  since: 78,
  summary: 'List the options and directives of the PHP-FPM pools, of all or of one domain.',
  description:
    'The options of pools are always in the list. A directive is in it if it was set with php_fpm_config_set; otherwise ' +
    'php.ini has its value (php_ini_get_directives).',
  access: 'root',
  effect: 'reads',
  role: 'WebServer',
  params: {
    domain: {
      ...hostName,
      doc: 'A virtual host, with the settings for all pools where it has none of its own. Default: those for all pools.',
    },
  },
  emptyIsOmitted: true,
  returns: {
    config: {
      list: {
        fields: {
          base_flag_name: { type: 'string', doc: 'The option or directive.' },
          trinary_admin_value: {
            type: 'integer',
            doc: '0: an option of the pool. 1: a directive that the account cannot change. 2: one that it can change.',
          },
          value: { type: 'string', doc: 'The value; “On” or “Off” for booleans.' },
        },
      },
      doc: 'The settings, sorted by name.',
    },
  },
  list: 'config',
  examples: [
    { args: {}, doc: 'The settings for all pools.' },
    {
      args: { domain: 'bob.example' },
      doc: 'Those of bob.example.',
      setUp: ['createacct'],
    },
  ],

  async handler({ domain }, { db, caller }) {
    if (domain === undefined) {
      const settings = (await readFpmSettings(db, '')).get(ALL_POOLS) ?? [];
      const directives = settings
        .filter(({ kind }) => kind !== 0)
        .map(({ kind, ...one }) => ({ ...one, isFixed: kind === 1 }));
      return { config: settingRows(parametersIn(settings), directives) };
    }
    const account = await getOwner(db, caller, 'domain', domain);
    const hosts = hostsOf([await readAccount(db, account, undefined)]);
    const found = hosts.filter(({ host }) => host.servername === domain);
    return { config: found.flatMap(({ servedBy }) => settingRows(servedBy.parameters, servedBy.directives)) };
  },
});
