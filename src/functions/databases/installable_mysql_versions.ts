import { defineFunction } from '../../core/define.ts';
import { installableVersions } from '../../capabilities/databases/driver/mysql/look-mysql.ts';
import { versionFields } from '../../capabilities/databases/rules/mysql-versions.ts';

export default defineFunction({
  name: 'installable_mysql_versions',
  since: 48,
  summary: 'List the versions of MariaDB or MySQL that start_background_mysql_upgrade accepts.',
  description:
    'These are the installed version, and the version that apt would install from the repositories of this server. ' +
    'Without an installed server, the list has what apt would install.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: { versions: { list: { fields: versionFields }, doc: 'The versions, the oldest first.' } },
  list: 'versions',
  examples: [{ args: {}, doc: 'All of them.' }],

  look: (_args, { machine }) => installableVersions(machine),

  handler: async (_args, _context, versions) => ({ versions: versions.map((one) => ({ ...one })) }),
});
