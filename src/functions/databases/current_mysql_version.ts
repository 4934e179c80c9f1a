import { defineFunction } from '../../core/define.ts';
import { currentVersion } from '../../capabilities/databases/driver/mysql/look-mysql.ts';
import { versionFields } from '../../capabilities/databases/rules/mysql-versions.ts';

export default defineFunction({
  name: 'current_mysql_version',
  since: 48,
  summary: 'Show the version of MariaDB or MySQL on this server.',
  description:
    'The running server is asked. If it does not run, the response shows the version of the installed package.',
  access: ['mysql-info'],
  effect: 'reads',
  params: {},
  returns: versionFields,
  examples: [{ args: {}, doc: 'The version.', fails: 'not_found' }],

  look: (_args, { machine }) => currentVersion(machine),

  handler: async (_args, _context, { server, version }) => ({ server, version }),
});
