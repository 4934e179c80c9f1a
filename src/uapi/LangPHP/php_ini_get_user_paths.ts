import { defineUapi } from '../../core/define-uapi.ts';
import * as php from '../../capabilities/php/driver/look-php.ts';
import { listOwnIniPaths } from '../../capabilities/php/rules/own-ini.ts';
import { hostFields, hostRow } from '../../capabilities/php/rules/rows.ts';

const { account, documentroot, homedir, main_domain, vhost, version } = hostFields;

export default defineUapi({
  name: 'LangPHP::php_ini_get_user_paths',
  since: 52,
  summary: 'List the files in which the account can set directives of PHP.',
  description:
    'There is one for each virtual host, in its document root. PHP reads it itself. It need not exist yet.',
  effect: 'reads',
  role: 'WebServer',
  feature: 'multiphp_ini_editor',
  params: {},
  returns: {
    fields: {
      paths: {
        list: {
          fields: {
            ...{ account, documentroot, homedir, main_domain },
            path: { type: 'string', doc: 'The file.' },
            type: { type: 'string', doc: 'Always “vhost”: PHP reads no file in the home directory.' },
            ...{ version, vhost },
          },
        },
        doc: 'The files, sorted by virtual host.',
      },
    },
  },
  examples: [{ args: {}, doc: 'The files.' }],

  look: (_args, context) => listOwnIniPaths(context, php),

  async handler(_args, _context, found) {
    return {
      paths: found.map(({ host, path }) => {
        const row = hostRow(host);
        return {
          account: row.account,
          documentroot: row.documentroot,
          homedir: row.homedir,
          main_domain: row.main_domain,
          path,
          type: 'vhost',
          version: row.version,
          vhost: row.vhost,
        };
      }),
    };
  },
});
